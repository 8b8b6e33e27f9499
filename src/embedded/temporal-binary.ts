import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../errors.ts';
import { cacheFolder, isThere } from './cache-folder.ts';
import { exclusively } from './exclusive.ts';
import { withProgress, type Say } from './progress.ts';
import { runCommand } from './run-command.ts';
import { downloadBySdk, sdkServerPath } from './sdk-download.ts';

/** The newest release of the CLI that `go install` can build: later ones replace a module of theirs. */
const release = 'v1.5.1';
const buildWithinMs = 30 * 60_000;

/**
 * The program that runs Temporal's dev server: `temporal` on PATH, a cached one, the SDK's own download, or one built
 * by Go (about three minutes, once). @throws StartError with the three cures where none can be had.
 */
export async function findTemporal(say: Say): Promise<string> {
  if (await runsDevServer('temporal')) return 'temporal';
  const cache = await cacheFolder();
  const built = join(cache, `temporal-${release}`);
  for (const path of [built, await sdkServerPath('temporal', cache)]) if (await isThere(path)) return path;

  return exclusively(
    join(cache, 'temporal.lock'),
    () => fetchOrBuild(cache, built, say),
    (holder, seconds) => say(`Waiting for process ${holder}, which provides Temporal: ${seconds} s`),
  );
}

async function fetchOrBuild(cache: string, built: string, say: Say): Promise<string> {
  if (await isThere(built)) return built;
  const bySdk = await downloadBySdk('temporal', cache, say);
  if ('path' in bySdk) return bySdk.path;
  const reason = await buildByGo(cache, built, say);
  if (reason === null) return built;
  throw new StartError(
    'Kairos needs a Temporal server and none can be had here: there is no `temporal` on PATH; ' +
      `the SDK's download failed (${bySdk.reason}); building one failed (${reason}).\nAny one of these helps:\n` +
      '  install the Temporal CLI so that `temporal` is on PATH (https://docs.temporal.io/cli);\n' +
      `  install Go (https://go.dev/dl), with which \`go install github.com/temporalio/cli/cmd/temporal@${release}\` works;\n` +
      '  set TEMPORAL_ADDRESS to a Temporal server that runs already.',
  );
}

/** Other programs are called `temporal` too; this one tells which server it carries. */
async function runsDevServer(file: string): Promise<boolean> {
  const { ok, output } = await runCommand(file, ['--version'], { boundMs: 10_000 });
  return ok && /Server \d+\.\d+/.test(output);
}

/** Null when it worked, else why not. */
async function buildByGo(cache: string, target: string, say: Say): Promise<string | null> {
  const go = await runCommand('go', ['version'], { boundMs: 10_000 });
  if (!go.ok) return `Go: ${go.output.split('\n')[0]}`;
  const partial = await mkdtemp(join(cache, 'go-bin-'));
  try {
    say('Building Temporal with Go: about three minutes, once.');
    const result = await withProgress(say, 'Building Temporal', (detail) => {
      let packages = 0;
      return runCommand('go', ['install', '-v', `github.com/temporalio/cli/cmd/temporal@${release}`], {
        boundMs: buildWithinMs,
        env: { ...process.env, GOBIN: partial },
        onLine: (line) => detail(`${(packages += line.startsWith('go: ') ? 0 : 1)} packages`),
      });
    });
    if (!result.ok) return result.output.split('\n').at(-1) ?? 'failed';
    await rename(join(partial, 'temporal'), target);
    return null;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
