import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import { cacheFolder, isThere } from '../../src/embedded/cache-folder.ts';
import { exclusively } from '../../src/embedded/exclusive.ts';
import { withProgress, type Say } from '../../src/embedded/progress.ts';
import { runCommand } from '../../src/embedded/run-command.ts';

/** Set for the child processes of a test run, so that they need not look again: a path, or `none`. */
const variable = 'KAIROS_TEST_BROWSER';

/** What systems call Chromium and its kin on PATH; macOS has them elsewhere. */
const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
];
const elsewhere = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const answersWithinMs = 20_000;
const reachableWithinMs = 4_000;
const downloadWithinMs = 180_000;
/** Ended in the middle, a package manager leaves its system half changed: it is given time. */
const installWithinMs = 420_000;

/** Where the driver's own download comes from. */
const downloadHost = 'https://cdn.playwright.dev/';

/** How each system's package manager installs Chromium, asking nothing. */
const managers: { manager: string; steps: [string, ...string[]][] }[] = [
  {
    manager: 'apt-get',
    steps: [
      ['apt-get', '-q', 'update'],
      ['apt-get', '-q', '-y', '-o', 'DPkg::Lock::Timeout=120', 'install', 'chromium'],
    ],
  },
  { manager: 'apk', steps: [['apk', 'add', '--no-progress', 'chromium']] },
  { manager: 'dnf', steps: [['dnf', '-y', 'install', 'chromium']] },
];

/**
 * A Chromium for tests, looked for without installing one: a path that can be run, or null. What a test run has
 * found or not found before counts.
 */
export async function knownBrowser(env: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  const given = env[variable];
  if (given) return given === 'none' ? null : given;
  const folders = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const onPath = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  for (const path of [...onPath, ...elsewhere, chromium.executablePath()]) {
    if ((await isThere(path)) && (await isBrowser(path))) return path;
  }
  return null;
}

/**
 * The same, and where there is none, one is had: by the driver's own download, else, for root, from the system's
 * packages. Null where that is not possible either, with the reasons said; never fails.
 */
export async function provideBrowser(say: Say): Promise<string | null> {
  try {
    const known = await knownBrowser();
    if (known !== null || process.env[variable]) return known;
    const lock = join(await cacheFolder(), 'browser.lock');
    return await exclusively(
      lock,
      () => fetchOrInstall(say),
      (holder, seconds) => say(`Waiting for process ${holder}, which provides a browser: ${seconds} s`),
    );
  } catch (error) {
    say(`No browser for tests: ${(error as Error).message}`);
    return null;
  }
}

/** Makes the answer of `provideBrowser` that of all processes this one starts. */
export function rememberBrowser(path: string | null): void {
  process.env[variable] = path ?? 'none';
}

/** Some systems put a script of that name there that says where to get one. */
async function isBrowser(path: string): Promise<boolean> {
  const { ok, output } = await runCommand(path, ['--version'], { boundMs: answersWithinMs });
  return ok && /(Chromium|Chrome|Edge)\S* \d+\./.test(output);
}

async function fetchOrInstall(say: Say): Promise<string | null> {
  const known = await knownBrowser();
  if (known !== null) return known;
  const reasons = [`its driver's download: ${await download(say)}`];
  const downloaded = await knownBrowser();
  if (downloaded !== null) return downloaded;
  reasons.push(`the system's packages: ${await installPackage(say)}`);
  const installed = await knownBrowser();
  if (installed === null) say(`No browser for tests: none on PATH; ${reasons.join('; ')}.`);
  return installed;
}

/** What came of it, for the person at the terminal. */
async function download(say: Say): Promise<string> {
  if (!(await isReachable(downloadHost))) return `${new URL(downloadHost).host} cannot be reached`;
  const cli = join(import.meta.dirname, '..', '..', 'node_modules', 'playwright-core', 'cli.js');
  const fetched = await withProgress(say, 'Downloading a browser for tests', (detail) =>
    runCommand(process.execPath, [cli, 'install', '--no-shell', 'chromium'], {
      boundMs: downloadWithinMs,
      onLine: detail,
    }),
  );
  return fetched.ok ? 'what it brought does not run here' : lastLine(fetched.output);
}

async function installPackage(say: Say): Promise<string> {
  if (process.getuid?.() !== 0) return 'only root may install them';
  for (const { manager, steps } of managers) {
    const there = await runCommand(manager, ['--version'], { boundMs: answersWithinMs });
    if (there.ok) return await carryOut(say, steps);
  }
  return `none of ${managers.map(({ manager }) => manager).join(', ')} is here`;
}

async function carryOut(say: Say, steps: [string, ...string[]][]): Promise<string> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const [file, ...args] of steps) {
    const done = await withProgress(say, `Installing a browser for tests (${file})`, (detail) =>
      runCommand(file, args, { boundMs: installWithinMs, env, onLine: detail }),
    );
    if (!done.ok) return `${file}: ${lastLine(done.output)}`;
  }
  return 'what they brought does not run here';
}

const lastLine = (output: string) => output.split('\n').at(-1) ?? 'failed without a word';

/** A machine behind a firewall that drops packets would wait for minutes. */
async function isReachable(url: string): Promise<boolean> {
  // Node's own fetch does not use the proxy, the download does: then it has to be tried.
  if (process.env['HTTPS_PROXY'] ?? process.env['https_proxy']) return true;
  return fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(reachableWithinMs) }).then(
    () => true,
    () => false,
  );
}
