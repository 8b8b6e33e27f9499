import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createClock, type Clock } from '../../src/clock.ts';
import { openHome } from '../../src/db/home.ts';
import { runs, stock } from '../../src/db/schema/index.ts';
import { grouped } from '../../src/domain/grouped.ts';
import { journeyQueue } from '../../src/domain/task-queues.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import type { WatchInput } from '../../src/domain/watch-input.ts';
import { newId } from '../../src/ids.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { devServer } from '../support/dev-server.ts';
import { eventually } from '../support/eventually.ts';
import { testSandbox, type TestSandbox } from '../support/sandbox.ts';

/** Three pages of the gate, three calls to the provider. */
const waiting = 3_000;

interface Place {
  database: TestDatabase;
  clock: Clock;
  sandbox: TestSandbox;
  temporal: Awaited<ReturnType<typeof devServer>>;
}

/** People whom the shop may write to, and who wait for a product that is back for all of them; the run that tells them. */
async function waitFor({ database, clock, temporal }: Place, sku: string): Promise<string> {
  const { sql, db } = database;
  const at = clock.now();
  const since = new Date(at.getTime() - 3_600_000).toISOString();
  const people = sql`(select n, md5(${sku} || n)::uuid as id from generate_series(1, ${waiting}) n) p`;
  await sql`
    insert into customers (id, arm_key, traits, created_at)
    select id, id::text, jsonb_build_object('email', jsonb_build_object('value', ${sku} || n || '@example.test',
      'origin', 'stated', 'at', 0)), ${since}::timestamptz from ${people}`;
  await sql`
    insert into consents (id, customer_id, channel, state, source, at)
    select id, id, 'email', 'granted', 'test', ${since}::timestamptz from ${people}`;
  await sql`
    insert into waiting_entries (id, list, customer_id, sku, since, state)
    select id, 'viewed-while-sold-out', id, ${sku}, ${since}::timestamptz + n * interval '1 ms', 'waiting' from ${people}`;
  await sql`analyze`;
  await db.insert(stock).values({ sku, units: waiting, at, soldOutAt: null });
  const [runId, workflowId] = [newId(clock), `backInStock/${sku}//1`];
  const row = { id: runId, name: 'backInStock', version: 1, subject: sku, key: '', n: 1, workflowId };
  const first = { at: at.getTime(), device: null };
  await db
    .insert(runs)
    .values({ ...row, first, carries: {}, settings: {}, openedAt: at, lastActivityAt: at });
  const input: WatchInput = {
    ...{ runId, name: 'backInStock', subject: sku, heardUpTo: 0, settings: {}, openedAt: at.getTime() },
    ...{ wake: { seq: 0, name: 'restocked', at: at.getTime(), units: waiting }, clock: realTime },
  };
  await temporal.client.workflow.start('backInStock', { workflowId, taskQueue: journeyQueue, args: [input] });
  return runId;
}

/** The worker that `npm start` starts, in a process of its own. */
function startWorker({ database, sandbox, temporal }: Place): ChildProcess {
  const worker = fork('src/bin/worker.ts', ['--bundle', inject('workflowBundle')], {
    execArgv: ['--import', 'tsx'],
    env: {
      PATH: process.env['PATH'],
      KAIROS_LOG_LEVEL: 'silent',
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: temporal.address,
      KAIROS_SANDBOX_URL: sandbox.url,
    },
  });
  onTestFinished(() => void worker.kill('SIGKILL'));
  return worker;
}

async function kill(worker: ChildProcess): Promise<void> {
  const exit = once(worker, 'exit');
  worker.kill('SIGKILL');
  await exit;
}

interface Told {
  id: string;
  state: string;
}

/** What became of everybody who waited, once the wave is over: each was decided on, and once. */
async function endOf({ database: { sql } }: Place, runId: string): Promise<Map<string, Told[]>> {
  await eventually(
    'the end of the wave',
    async () => (await sql`select from waves where run_id = ${runId} and ended_at is not null`).length === 1,
    300_000,
  );
  const rows = await sql<(Told & { customerId: string })[]>`
    select id, customer_id as "customerId", state from deliveries where run_id = ${runId}`;
  expect(rows, 'nobody is passed over').toHaveLength(waiting);
  expect(new Set(rows.map(({ customerId }) => customerId)).size, 'nobody has two').toBe(waiting);
  return new Map(grouped([...rows], ({ state }) => state).map((of) => [of[0]!.state, of]));
}

/** The mails of one call begin with its id. */
const callOf = ({ id }: { id: string }) => id.split('.')[0]!;

const ids = (told: readonly Told[] | undefined) => (told ?? []).map(({ id }) => id).sort();

test('a wave of thousands, with a provider that takes nothing or is silent, and a worker killed in its midst: nobody twice, nobody skipped', async () => {
  await using database = await testDatabase();
  await using temporal = await devServer();
  await using sandbox = await testSandbox();
  const clock = createClock(realTime);
  await openHome(database.sql, { clockSpeed: 1, realNow: clock.realNow() });
  const place = { database, clock, sandbox, temporal };
  const taken = async () => (await sandbox.messages('limit=100000')).map(({ deliveryId }) => deliveryId!);

  // Two calls are refused with 429; the third is not answered, and the fourth neither, though it was taken.
  await sandbox.order({ channel: 'email', fault: 'rate-limit', times: 2 });
  await sandbox.order({ channel: 'email', fault: 'timeout', times: 1 });
  await sandbox.order({ channel: 'email', fault: 'accept-then-timeout', times: 1 });
  const first = startWorker(place);
  const faulty = await endOf(place, await waitFor(place, 'kettle'));
  expect([...faulty.keys()].sort()).toEqual(['accepted', 'held-out', 'unknown']);
  const arrived = await taken();
  expect(new Set(arrived).size, 'nobody twice').toBe(arrived.length);
  const came = new Set(arrived);
  const [heard, lost] = [true, false].map((is) =>
    ids(faulty.get('unknown')).filter((id) => came.has(id) === is),
  );
  // Two pages were decided on when the first call was refused: what is left of both goes out in calls of a thousand.
  for (const call of [heard!, lost!]) expect(call.length).toSatisfy((n: number) => n > 600 && n <= 1_000);
  expect(arrived.sort()).toEqual([...heard!, ...ids(faulty.get('accepted'))].sort());

  const newest = async () => callOf((await sandbox.messages('limit=1'))[0]!);
  const before = await newest();
  await sandbox.order({ channel: 'email', fault: 'accept-then-timeout', times: 1 });
  const killed = await waitFor(place, 'teapot');
  const call = await eventually('a call', async () => (await newest()) !== before && newest());
  // While the provider says nothing the gate lets the next page pass.
  const { sql } = database;
  await eventually(
    'the next page',
    async () =>
      (await sql`select from deliveries where state = 'intended' and calling_at is null`).length > 0,
  );
  await kill(first);
  const underWay = (await sandbox.messages('limit=100000'))
    .filter((message) => callOf(message) === call)
    .map(({ deliveryId }) => deliveryId!);
  const second = startWorker(place);
  const after = await endOf(place, killed);
  await kill(second);
  expect([...after.keys()].sort()).toEqual(['accepted', 'held-out', 'unknown']);
  expect(ids(after.get('unknown')), 'only what was under way').toEqual(underWay.sort());
  const all = await taken();
  expect(new Set(all).size, 'nobody twice').toBe(all.length);
  const told = [...arrived, ...underWay, ...ids(after.get('accepted'))];
  expect(all.sort()).toEqual(told.sort());
}, 700_000);
