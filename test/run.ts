import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { withProgress, type Say } from '../src/embedded/progress.ts';
import { findTemporal } from '../src/embedded/temporal-binary.ts';
import { findTestServer, rememberTestServer } from '../src/embedded/test-server.ts';
import { StartError } from '../src/errors.ts';
import { provideBrowser, rememberBrowser } from './support/browser-binary.ts';
import { startTestPostgres } from './support/test-postgres.ts';

/**
 * What `npm test` runs: everything that tests need is provided first, with progress; then all tests; and the last line
 * is `N passed, N failed`, with `, N skipped` where something they need cannot be had here, taken from vitest's own
 * report; those skipped are named before it. Arguments go to vitest.
 */
const say: Say = (line) => console.log(line);

const report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

interface Counts {
  passed: number;
  failed: number;
  /** Each with its file. */
  skipped: string[];
}

const root = join(import.meta.dirname, '..');

/** What the report counts; a file that failed without any test of it failing, when loading or setting up, counts as one. Null without a report. */
async function readCounts(path: string): Promise<Counts | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  const found = report.parse(JSON.parse(text));
  const broken = found.testResults.filter((file) => {
    return file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed');
  });
  const skipped = found.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map(({ fullName }) => `${relative(root, name)}: ${fullName}`),
  );
  return { passed: found.numPassedTests, failed: found.numFailedTests + broken.length, skipped };
}

async function runVitest(reportPath: string): Promise<number> {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`];
  const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)], {
    stdio: 'inherit',
    cwd: root,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => child.kill(signal));
  }
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

async function provideTemporal(): Promise<void> {
  await findTemporal(say).catch((error: unknown) => {
    // The tests that need it fail with the same sentence; the others are worth running all the same.
    if (!(error instanceof StartError)) throw error;
    say(error.message);
  });
}

async function main(): Promise<number> {
  const [postgres, , testServer, browser] = await Promise.all([
    withProgress(say, 'Starting PostgreSQL for the tests', startTestPostgres),
    provideTemporal(),
    findTestServer(say),
    provideBrowser(say),
  ]);
  process.env['KAIROS_TEST_POSTGRES'] = postgres.url;
  rememberTestServer(testServer);
  rememberBrowser(browser);
  const folder = await mkdtemp(join(tmpdir(), 'kairos-report-'));
  const reportPath = join(folder, 'report.json');
  const code = await runVitest(reportPath);
  await postgres.stop();
  const counts = await readCounts(reportPath);
  await rm(folder, { recursive: true, force: true });
  const { passed, failed, skipped } = counts ?? { passed: 0, failed: 0, skipped: [] };
  if (counts === null) say(`vitest left no report and ended with code ${code}.`);
  else if (code !== 0 && failed === 0) say(`No test failed, but vitest ended with code ${code}: see above.`);
  else if (passed + failed === 0) say('No test ran.');
  for (const test of skipped) say(`skipped: ${test}`);
  say(`${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
  return code !== 0 || failed > 0 || passed === 0 ? 1 : 0;
}

process.exit(await main());
