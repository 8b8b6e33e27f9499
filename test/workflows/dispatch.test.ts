import { Client, WorkflowNotFoundError } from '@temporalio/client';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { connect } from '../../src/db/connect.ts';
import { owedDispatches } from '../../src/db/queries/owed-dispatches.ts';
import { staticSummary } from '../../src/define/journey-summary.ts';
import { event } from '../../src/define/event.ts';
import type { RunDispatch } from '../../src/domain/run-input.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { silentLog } from '../../src/log.ts';
import { carryOut } from '../../src/routing/dispatch.ts';
import {
  dispatchBatch,
  dispatchConcurrency,
  runDispatcher,
  type DispatcherParts,
} from '../../src/routing/dispatcher.ts';
import { startRouting } from '../../src/routing/start-routing.ts';
import { Wakeup } from '../../src/routing/wakeup.ts';
import { journeyDefinitions } from '../../workflows/definitions.ts';
import { testDatabase } from '../support/database.ts';
import { devServer } from '../support/dev-server.ts';
import { eventually } from '../support/eventually.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';
import { temporalLine } from '../support/temporal-line.ts';

const abandonedCart = journeyDefinitions().find(({ name }) => name === 'abandonedCart');

async function setup() {
  const database = await testDatabase();
  const temporal = await devServer();
  const { sql } = database;
  // Real time: Temporal's clock is not ours to move.
  const routing = routingOver(
    sql,
    [abandonedCart!],
    new Date(performance.timeOrigin + performance.now()).toISOString(),
  );
  const parts: DispatcherParts = {
    client: temporal.client,
    clock: routing.clock,
    secret: 'test secret',
    describe: (name) =>
      name === 'abandonedCart' ? { workflowType: name, summary: staticSummary(abandonedCart!) } : null,
    sql,
    wakeup: new Wakeup(),
    log: silentLog,
    // From a clock that stands still: by it every call would be late when a test has taken so long.
    timeoutMs: 600_000,
  };
  const stop = new AbortController();
  const running: Promise<void>[] = [];
  return {
    ...routing,
    ...{ sql, url: database.url },
    parts,
    temporal,
    startDispatcher: (over: Partial<DispatcherParts> = {}) =>
      running.push(runDispatcher({ ...parts, wakeup: new Wakeup(), ...over }, stop.signal)),
    open: async () => (await temporal.client.workflow.count(`ExecutionStatus = 'Running'`)).count,
    owed: async () => (await sql`select 1 from dispatches where done_at is null`).length,
    nothingOwed: () => eventually('nothing is owed', async () => (await owedDispatches(sql, 1)).length === 0),
    async describe(key: string) {
      const [run] = await sql`select workflow_id from runs where key = ${key}`;
      return temporal.client.workflow.getHandle(run!['workflow_id'] as string).describe();
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(running);
      await temporal[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

const added = (cart: string, userId = 'u1'): GivenEvent => ({
  name: 'Product Added',
  userId,
  properties: { cart_id: cart, product_id: 'p1' },
});
const crowd = (of: string, size: number) =>
  Array.from({ length: size }, (_, i) => added(`${of}${i}`, `${of}${i}`));
const ordered = (cart: string): GivenEvent => ({
  name: 'Order Completed',
  userId: 'u1',
  properties: { order_id: cart, cart_id: cart },
});

describe('dispatching', () => {
  test('starts a run asleep, found by its search attributes, and terminates it when it ends meanwhile', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added('c1'), added('c2'));
    it.startDispatcher();
    await it.nothingOwed();
    const asleep = await it.describe('c1');
    expect(asleep).toMatchObject({ type: 'abandonedCart', status: { name: 'RUNNING' } });
    expect(asleep.searchAttributes).toMatchObject({
      KairosName: ['abandonedCart'],
      KairosKey: ['c1'],
      KairosStage: ['asleep'],
    });
    expect(asleep.historyLength).toBe(1);
    await it.acceptAndRoute(ordered('c1'));
    await it.nothingOwed();
    expect(await it.describe('c1')).toMatchObject({ status: { name: 'TERMINATED' } });
    expect(await it.describe('c2')).toMatchObject({ status: { name: 'RUNNING' } });
    const history = await it.temporal.client.workflow
      .getHandle((await it.describe('c1')).workflowId)
      .fetchHistory();
    const reason = history.events?.at(-1)?.workflowExecutionTerminatedEventAttributes?.reason;
    expect(reason).toBe(
      'Ended as "ordered": Order Completed came while it was waiting. Nothing was left to do.',
    );
  });

  test('a run that ended before it was started never reaches Temporal', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added('c1'), ordered('c1'));
    it.startDispatcher();
    await it.nothingOwed();
    await expect(it.describe('c1')).rejects.toBeInstanceOf(WorkflowNotFoundError);
  });

  test('every call may be repeated, in any order of crashes: what was done and not recorded is done again', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added('c1'));
    const [start] = await owedDispatches(it.sql, 1);
    await carryOut(it.parts, start!);
    await carryOut(it.parts, start!);
    expect((await it.describe('c1')).historyLength).toBe(1);
    await it.acceptAndRoute(ordered('c1'));
    const [, end] = await owedDispatches(it.sql, 2);
    await carryOut(it.parts, end!);
    await carryOut(it.parts, end!);
    it.startDispatcher();
    await it.nothingOwed();
    expect(await it.describe('c1')).toMatchObject({ status: { name: 'TERMINATED' } });
  });

  test('two dispatchers start every run once', async () => {
    await using it = await setup();
    await it.acceptAndRoute(...Array.from({ length: 60 }, (_, i) => added(`c${i}`, `u${i}`)));
    it.startDispatcher();
    it.startDispatcher();
    await it.nothingOwed();
    await eventually('all 60 are seen', async () => (await it.temporal.client.workflow.count()).count === 60);
  });

  test('a dispatcher that loses its lock in the midst of a batch starts every run once', async () => {
    await using it = await setup();
    await it.acceptAndRoute(...Array.from({ length: 60 }, (_, i) => added(`c${i}`, `u${i}`)));
    it.startDispatcher();
    await eventually('it leads', async () => {
      const ended = await it.sql`
        select pg_terminate_backend(l.pid) from pg_locks l join pg_database d on d.oid = l.database
        where d.datname = current_database() and l.locktype = 'advisory' and l.objid = 4702002`;
      return ended.length > 0;
    });
    await it.nothingOwed();
    await eventually('all 60 are seen', async () => (await it.temporal.client.workflow.count()).count === 60);
  });

  test('a run that is awake is told of its end by a signal', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added('c1'));
    await it.sql`update runs set wakes_at = opened_at`;
    it.startDispatcher();
    await it.nothingOwed();
    await it.acceptAndRoute(ordered('c1'));
    await it.nothingOwed();
    const history = await it.temporal.client.workflow
      .getHandle((await it.describe('c1')).workflowId)
      .fetchHistory();
    const signals = history.events?.filter((event) => event.workflowExecutionSignaledEventAttributes) ?? [];
    expect(signals).toHaveLength(1);
    expect(await it.describe('c1')).toMatchObject({ status: { name: 'RUNNING' } });
  });

  test('what Temporal refuses for good closes its run as failed and holds nobody up', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added('c1'), added('c2'));
    await it.sql`update runs set workflow_id = repeat('x', 2000) where key = 'c1'`;
    it.startDispatcher();
    await it.nothingOwed();
    expect(await it.sql`select key, state, outcome from runs order by key`).toEqual([
      { key: 'c1', state: 'closed', outcome: 'failed' },
      { key: 'c2', state: 'open', outcome: null },
    ]);
  });
});

describe('two routers', () => {
  test('that lose their locks again and again tell every run everything, in order', async () => {
    await using it = await setup();
    const replied = (userId: string, n: number): GivenEvent => ({
      name: 'Message Replied',
      userId,
      properties: { cart_id: 'c', n },
    });
    const journey = {
      ...abandonedCart!,
      hears: { replied: event('Message Replied') },
      carries: ['n'],
    };
    const people = Array.from({ length: 8 }, (_, i) => `u${i}`);
    const [rounds, clock] = [12, createClock(realTime)];
    const dispatching = { client: it.parts.client, describe: it.parts.describe };
    // On connections of their own: one that ends could be at work for the test by then.
    const pools = [1, 2].map(() => connect(it.url));
    const two = await Promise.all(
      pools.map(({ sql }) => {
        const routing = { ...routingOver(sql, [journey]).context, clock };
        return startRouting({ routing, dispatching, log: silentLog });
      }),
    );
    await it.accept(...people.map((userId) => added('c', userId)));
    for (let n = 1; n <= rounds; n += 1) {
      await it.accept(...people.map((userId) => replied(userId, n)));
      await it.sql`
        select pg_terminate_backend(l.pid) from pg_locks l join pg_database d on d.oid = l.database
        where d.datname = current_database() and l.locktype = 'advisory' and l.objid in (4702001, 4702002)`;
    }
    await eventually(
      'everything is told',
      async () =>
        (await it.sql`select from unrouted union all select from dispatches where done_at is null`).length ===
        0,
    );
    for (const one of two) await one.stop();
    for (const pool of pools) await pool.end();
    const runs = await it.sql<{ workflowId: string }[]>`select workflow_id as "workflowId" from runs`;
    expect(runs).toHaveLength(people.length);
    for (const { workflowId } of runs) {
      const { events } = await it.temporal.client.workflow.getHandle(workflowId).fetchHistory();
      const told = (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) =>
        signal ? [JSON.parse(Buffer.from(signal.input!.payloads![0]!.data!).toString()) as RunDispatch] : [],
      );
      // A repeat is dropped by the run; what it hears first of each is what it hears.
      const firsts = told.filter(({ seq }, i) => told.findIndex((one) => one.seq === seq) === i);
      const wanted = Array.from({ length: rounds }, (_, i) => i + 1);
      expect(firsts.map(({ seq }) => seq)).toEqual(wanted);
      expect(firsts.map(({ carries }) => carries['n'])).toEqual(wanted);
    }
  });

  test('the dispatcher dies between what Temporal took and its record: it is told again, and starts nothing twice', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added('c1'));
    await it.sql`update runs set wakes_at = null`;
    await it.acceptAndRoute(ordered('c1'));
    await it.sql`update runs set state = 'open', outcome = null, closed_at = null`;
    await it.sql.unsafe(`
      create function refuse() returns trigger language plpgsql as $$ begin raise 'the database is gone'; end $$;
      create trigger refuse before update on dispatches for each row execute function refuse()`);
    it.startDispatcher({ clock: createClock(realTime) });
    const signals = async () => {
      const [run] = await it.sql<{ workflowId: string }[]>`select workflow_id as "workflowId" from runs`;
      const known = await it.open();
      if (known === 0) return 0;
      const { events } = await it.temporal.client.workflow.getHandle(run!.workflowId).fetchHistory();
      return (events ?? []).filter((one) => one.workflowExecutionSignaledEventAttributes).length;
    };
    await eventually('it was told twice', async () => (await signals()) >= 2);
    expect(await it.owed()).toBe(2);
    await it.sql`drop trigger refuse on dispatches`;
    await it.nothingOwed();
    expect((await it.temporal.client.workflow.count()).count).toBe(1);
  });
});

describe('what fails does not stand before the rest', () => {
  test('runs of a version that this code does not have wait for the code that has it, and nobody else does', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added('new'));
    // More than a batch.
    await it.sql`
      with more as (
        insert into runs (id, name, version, customer_id, key, n, workflow_id, first, carries, settings, opened_at,
          last_activity_at)
        select gen_random_uuid(), name, 2, customer_id, key || i, 1, workflow_id || i, first, carries, settings,
          opened_at, last_activity_at from runs, generate_series(1, ${dispatchBatch + 20}) i returning id, opened_at)
      insert into dispatches (run_id, seq, kind, occurred_at, carries)
      select id, 0, 'start', opened_at, '{}' from more`;
    await it.sql`update runs set version = 2`;
    await it.acceptAndRoute(added('old'));
    const described = it.parts.describe('abandonedCart', 1);
    const clock = createClock(realTime);
    it.startDispatcher({ clock, describe: (_, version) => (version === 1 ? described : null) });
    await eventually('the known one is started', async () => (await it.open()) === 1);
    await eventually('and is owed no more', async () => (await it.owed()) === dispatchBatch + 21);
    // What comes after a start that is held waits for it, or it would be told to nobody and count as told.
    await it.acceptAndRoute(ordered('new1'));
    // To keep it short: they need no start.
    await it.sql`update runs set state = 'closed', outcome = 'lost' where key not in ('new', 'new2', 'new3', 'old')`;
    // The one that does not know them leads, and leaves the lead to this one now and then.
    it.startDispatcher({ clock });
    await eventually('nothing is owed', async () => (await it.owed()) === 0);
    await eventually('all that were left are seen', async () => (await it.open()) === 4);
    await expect(it.describe('new1')).rejects.toBeInstanceOf(WorkflowNotFoundError);
  });

  test('runs that Temporal does not take, more than there are lanes, are tried again beside the others', async () => {
    await using it = await setup();
    const sick = { isSick: true, asked: 0 };
    const client = new Client({
      connection: it.temporal.connection,
      interceptors: {
        workflow: [
          {
            async startWithDetails(input, next) {
              if (input.options.workflowId.includes('/bad')) {
                sick.asked += 1;
                if (sick.isSick) throw new Error('this part of Temporal is not well');
              }
              return next(input);
            },
          },
        ],
      },
    });
    await it.acceptAndRoute(...crowd('bad', dispatchConcurrency + 8));
    await it.acceptAndRoute(...crowd('good', 5));
    it.startDispatcher({ client, clock: createClock(realTime) });
    await eventually('the good are seen', async () => (await it.open()) === 5);
    await eventually('and are owed no more', async () => (await it.owed()) === dispatchConcurrency + 8);
    sick.isSick = false;
    await eventually('all are seen', async () => (await it.open()) === dispatchConcurrency + 13);
  });

  test('a Temporal that hangs holds a batch for one call and no longer, and loses and doubles nothing', async () => {
    await using it = await setup();
    await using line = await temporalLine(it.temporal);
    await it.acceptAndRoute(...crowd('c', 60));
    const lines: { count?: number; time: number }[] = [];
    const log = pino(
      { level: 'warn' },
      { write: (text: string) => void lines.push(JSON.parse(text) as never) },
    );
    line.hang();
    const begun = performance.timeOrigin + performance.now();
    it.startDispatcher({ client: line.client, clock: createClock(realTime), log, timeoutMs: 1_000 });
    await eventually('two batches have been given up', () => lines.length >= 2);
    expect(lines[0]!.count).toBeLessThanOrEqual(dispatchConcurrency);
    // A call that is not given up hangs for ever.
    expect(lines[0]!.time - begun).toBeLessThan(15_000);
    line.mend();
    await eventually('nothing is owed', async () => (await it.owed()) === 0);
    await eventually('all are seen', async () => (await it.open()) === 60);
  });
});
