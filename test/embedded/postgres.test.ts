import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { databaseAccount } from '../../src/embedded/account.ts';
import { freePort } from '../../src/embedded/free-port.ts';
import {
  answersQueries,
  chooseDataDir,
  clusterCommand,
  clusterUrl,
  prepareCluster,
} from '../../src/embedded/postgres.ts';
import { runProgram, stopProgram } from '../../src/embedded/program.ts';
import { StartError } from '../../src/errors.ts';

/** What this process may use, in megabytes. */
const memory = Math.min(process.constrainedMemory() || Infinity, totalmem()) / 2 ** 20;

async function folder(mode = 0o711) {
  const path = await mkdtemp(join(tmpdir(), 'kairos-cluster-'));
  await chmod(path, mode);
  return {
    path,
    place: { dataDir: join(path, 'postgres'), sharedFolder: join(path, 'shared'), password: 'a-password' },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

test('a cluster is made once, keeps its data, and lets nobody in without the password', async () => {
  await using home = await folder();
  const cluster = await prepareCluster(home.place);
  const port = await freePort();
  const url = clusterUrl(cluster, port, 'postgres');
  for (const round of [1, 2]) {
    const server = runProgram(clusterCommand(await prepareCluster(home.place), port), 'ignore');
    await expect.poll(() => answersQueries(url)).toBe(true);
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    await sql`create table if not exists rounds (round int)`;
    await sql`insert into rounds values (${round})`;
    expect(await sql`select count(*)::int as n from rounds`).toEqual([{ n: round }]);
    expect(await answersQueries(url.replace('a-password', 'a-guess'))).toBe(false);
    // A quarter of the machine's memory, up to 8 GB: in pages of 8 kB.
    const [buffers] = await sql`select setting::int as pages from pg_settings where name = 'shared_buffers'`;
    expect(buffers!['pages'] / 128).toBe(Math.floor(Math.min(Math.max(memory / 4, 128), 8_192)));
    await sql.end();
    await stopProgram(server, 'SIGINT', 10_000);
  }
});

test('data of another major version are refused with the cure', async () => {
  await using home = await folder();
  const cluster = await prepareCluster(home.place);
  await writeFile(join(home.place.dataDir, 'PG_VERSION'), '15\n');
  await expect(prepareCluster(home.place)).rejects.toThrow(StartError);
  await expect(prepareCluster(home.place)).rejects.toThrow(
    new RegExp(`written by PostgreSQL 15, and this Kairos brings PostgreSQL ${cluster.binaries.major}`),
  );
});

test.runIf(process.getuid?.() === 0)(
  'for root the data lie elsewhere when the account of PostgreSQL cannot enter the home',
  async () => {
    await using closed = await folder(0o700);
    await using open = await folder(0o711);
    expect(await databaseAccount()).not.toBeNull();
    expect(await chooseDataDir(closed.path, 'wanted', 'otherwise')).toBe('otherwise');
    expect(await chooseDataDir(open.path, 'wanted', 'otherwise')).toBe('wanted');
  },
);
