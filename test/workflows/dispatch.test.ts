import { WorkflowNotFoundError } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { owedDispatches } from '../../src/db/queries/owed-dispatches.ts';
import { staticSummary } from '../../src/define/journey-summary.ts';
import { silentLog } from '../../src/log.ts';
import { carryOut } from '../../src/routing/dispatch.ts';
import { runDispatcher, type DispatcherParts } from '../../src/routing/dispatcher.ts';
import { Wakeup } from '../../src/routing/wakeup.ts';
import { journeyDefinitions } from '../../workflows/definitions.ts';
import { testDatabase } from '../support/database.ts';
import { devServer } from '../support/dev-server.ts';
import { eventually } from '../support/eventually.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';

const [abandonedCart] = journeyDefinitions();

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
  };
  const stop = new AbortController();
  const running: Promise<void>[] = [];
  return {
    ...routing,
    sql,
    parts,
    temporal,
    startDispatcher: () => running.push(runDispatcher({ ...parts, wakeup: new Wakeup() }, stop.signal)),
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
