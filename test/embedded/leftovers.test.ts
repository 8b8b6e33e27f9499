import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from '../../src/embedded/free-port.ts';
import { endLeftovers } from '../../src/embedded/leftovers.ts';
import { answersQueries, clusterCommand, clusterUrl, prepareCluster } from '../../src/embedded/postgres.ts';
import { isAlive } from '../../src/embedded/process-identity.ts';
import { writeProcesses } from '../../src/embedded/processes-file.ts';
import { hasEnded, runProgram, stopProgram } from '../../src/embedded/program.ts';
import { eventually } from '../support/eventually.ts';

async function home() {
  const path = await mkdtemp(join(tmpdir(), 'kairos-leftovers-'));
  await chmod(path, 0o711);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test('what a killed Kairos left running is ended, a process that only has the id of one is not', async () => {
  await using folder = await home();
  const dataDir = join(folder.path, 'postgres');
  const cluster = await prepareCluster({ dataDir, sharedFolder: join(folder.path, 'shared'), password: 'p' });
  const port = await freePort();
  const server = runProgram(clusterCommand(cluster, port), 'ignore');
  await expect.poll(() => answersQueries(clusterUrl(cluster, port, 'postgres'))).toBe(true);
  const plain = { env: process.env, account: null, stopSignal: 'SIGTERM' } as const;
  const part = runProgram(
    { ...plain, file: 'sh', args: ['-c', 'sleep 1000; :', `--home=${folder.path}`] },
    'ignore',
  );
  const stranger = runProgram({ ...plain, file: 'sleep', args: ['1000'] }, 'ignore');
  await writeProcesses(folder.path, { start: 1, worker: part.pid ?? 0, api: stranger.pid ?? 0 });

  await endLeftovers(folder.path, dataDir);
  // This process hears of an end a little after the system knows of it.
  await eventually('their ends', () => hasEnded(server) && hasEnded(part));
  expect(hasEnded(stranger)).toBe(false);
  await stopProgram(stranger, 'SIGKILL', 0);
});

test('a lock of PostgreSQL whose process id another process has got since does not keep it from starting', async () => {
  await using folder = await home();
  const dataDir = join(folder.path, 'postgres');
  const cluster = await prepareCluster({ dataDir, sharedFolder: join(folder.path, 'shared'), password: 'p' });
  const lock = join(dataDir, 'postmaster.pid');
  await writeFile(lock, `${process.pid}\n${dataDir}\n`);
  expect(isAlive(process.pid)).toBe(true);
  await endLeftovers(folder.path, dataDir);
  const port = await freePort();
  const server = runProgram(clusterCommand(cluster, port), 'ignore');
  await expect.poll(() => answersQueries(clusterUrl(cluster, port, 'postgres'))).toBe(true);
  await stopProgram(server, 'SIGINT', 10_000);
});
