import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { readHome } from '../../src/db/home.ts';
import { pendingMigrations } from '../../src/db/queries/pending-migrations.ts';
import { searchAttributeNames } from '../../src/domain/search-attributes.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { devServer } from '../support/dev-server.ts';
import { eventually } from '../support/eventually.ts';

const run = promisify(execFile);

/** A process of a deployment, with this environment and nothing else. */
const runBin = (args: string[], env: NodeJS.ProcessEnv) =>
  run(process.execPath, ['--import', 'tsx', ...args], { env: { PATH: process.env['PATH'], ...env } });

const migrate = (env: NodeJS.ProcessEnv) => runBin(['src/bin/migrate.ts'], env);
const checkHealth = (part: string, env: NodeJS.ProcessEnv) =>
  runBin(['src/bin/check-health.ts', part], env).then(
    () => 'healthy',
    (error: { stderr: string }) => error.stderr.trim(),
  );

async function empty({ sql }: TestDatabase): Promise<void> {
  await sql`drop schema public cascade`;
  await sql`drop schema drizzle cascade`;
  await sql`create schema public`;
}

test('from nothing to a deployment that is ready, twice over; its parts then are healthy', async () => {
  await using database = await testDatabase();
  await using temporal = await devServer();
  await empty(database);
  const env = { DATABASE_URL: database.url, TEMPORAL_ADDRESS: temporal.address };

  expect((await migrate(env)).stdout).toBe('migrated\n');
  expect(await pendingMigrations(database.sql)).toBe(0);
  const home = await readHome(database.sql);
  expect(home.scale.speed).toBe(1);
  const { customAttributes } = await temporal.connection.operatorService.listSearchAttributes({
    namespace: 'default',
  });
  expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(searchAttributeNames));
  await migrate(env);
  expect(await readHome(database.sql)).toEqual(home);

  expect(await checkHealth('router', env)).toMatch(/^No router of this host/);
  expect(await checkHealth('worker', env)).toMatch(/^No worker on .* has asked Temporal/);
  const parts = ['router', 'worker'].map((part) =>
    fork(`src/bin/${part}.ts`, {
      execArgv: ['--import', 'tsx'],
      env: { PATH: process.env['PATH'], KAIROS_LOG_LEVEL: 'error', ...env },
    }),
  );
  await Promise.all(parts.map((part) => once(part, 'message')));
  expect(await checkHealth('router', env)).toBe('healthy');
  await eventually('a poll', async () => (await checkHealth('worker', env)) === 'healthy');
  for (const part of parts) part.kill('SIGTERM');
  await Promise.all(parts.map((part) => once(part, 'exit')));
  expect(await checkHealth('router', env)).toMatch(/^No router of this host/);
});

test('it says what to set, and refuses a clock that a deployment cannot have', async () => {
  await expect(migrate({})).rejects.toThrow(/DATABASE_URL is not set/);
  const url = 'postgres://nobody@127.0.0.1:1/none';
  await expect(migrate({ DATABASE_URL: url })).rejects.toThrow(/TEMPORAL_ADDRESS is not set/);
  await expect(
    migrate({ DATABASE_URL: url, TEMPORAL_ADDRESS: '127.0.0.1:1', KAIROS_CLOCK_SPEED: '60' }),
  ).rejects.toThrow(/KAIROS_CLOCK_SPEED=60/);
});
