import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isThere } from './cache-folder.ts';
import type { Say } from './progress.ts';
import { withProgress } from './progress.ts';
import { runCommand } from './run-command.ts';

/** The servers that Temporal's SDK knows how to download, by the start of their file names. */
export type SdkServer = 'temporal' | 'temporal-test-server';

const reachableWithinMs = 4_000;
const downloadWithinMs = 600_000;

/** Where the SDK keeps a server that it downloaded into a folder. */
export async function sdkServerPath(server: SdkServer, folder: string): Promise<string> {
  const require = createRequire(import.meta.url);
  const manifest = await readFile(require.resolve('@temporalio/worker/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return join(folder, `${server}-sdk-typescript-${version}`);
}

/**
 * Lets Temporal's SDK download a server into a folder: its path, or why that was not possible. In a process of its
 * own, because the SDK's download can neither be bounded nor given up.
 */
export async function downloadBySdk(
  server: SdkServer,
  folder: string,
  say: Say,
): Promise<{ path: string } | { reason: string }> {
  const path = await sdkServerPath(server, folder);
  if (await isThere(path)) return { path };
  if (!(await isReachable('https://temporal.download/')))
    return { reason: 'temporal.download cannot be reached' };
  const result = await withProgress(say, `Downloading ${server}`, () =>
    runCommand(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, 'sdk-download-main.ts'), server, folder],
      { boundMs: downloadWithinMs },
    ),
  );
  // It also starts what it downloaded, which may fail on a slow machine where the download was fine.
  return (await isThere(path)) ? { path } : { reason: result.output.split('\n').at(-1) ?? 'no output' };
}

/** A machine behind a firewall that drops packets would wait for minutes. */
async function isReachable(url: string): Promise<boolean> {
  // Node's own fetch does not use the proxy, the SDK's does: then it has to be tried.
  if (process.env['HTTPS_PROXY'] ?? process.env['https_proxy'] ?? process.env['ALL_PROXY']) return true;
  return fetch(url, { signal: AbortSignal.timeout(reachableWithinMs) }).then(
    () => true,
    () => false,
  );
}
