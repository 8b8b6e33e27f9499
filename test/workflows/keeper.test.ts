import { Client, type Connection, type WorkflowClientInterceptor } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { describe, expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { markDispatched, owedDispatches } from '../../src/db/queries/owed-dispatches.ts';
import { staticSummary } from '../../src/define/journey-summary.ts';
import type { DeliveryState } from '../../src/domain/delivery.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { journeyQueue } from '../../src/domain/task-queues.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { newId } from '../../src/ids.ts';
import { silentLog } from '../../src/log.ts';
import { carryOut } from '../../src/routing/dispatch.ts';
import {
  atTheBeginning,
  keeperLookMs,
  keepOnce,
  runKeeper,
  toldAgainAfterMs,
  type KeeperParts,
} from '../../src/routing/keeper.ts';
import { standingOf } from '../../src/routing/workflow-standing.ts';
import { journeyDefinitions } from '../../workflows/definitions.ts';
import { testDatabase } from '../support/database.ts';
import { devServer } from '../support/dev-server.ts';
import { eventually } from '../support/eventually.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';
import { temporalLine } from '../support/temporal-line.ts';

const { CommandType } = proto.temporal.api.enums.v1;
const abandonedCart = journeyDefinitions().find(({ name }) => name === 'abandonedCart');
const described = { workflowType: 'abandonedCart', summary: staticSummary(abandonedCart!) };

/** Commands by which a worker ends a run, for a test that answers a workflow task in its place. */
const endings = {
  cancelled: {
    commandType: CommandType.COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION,
    cancelWorkflowExecutionCommandAttributes: {},
  },
  failed: {
    commandType: CommandType.COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION,
    failWorkflowExecutionCommandAttributes: { failure: { message: 'no' } },
  },
};

async function setup() {
  const database = await testDatabase();
  const { sql } = database;
  // From real time, for Temporal's clock is not ours to move.
  const startedAt = performance.timeOrigin + performance.now();
  const routing = routingOver(sql, [abandonedCart!], new Date(startedAt).toISOString());
  const servers = [await devServer()];
  const place = atTheBeginning();
  const temporal = (): TestWorkflowEnvironment => servers.at(-1)!;
  const clock = routing.clock;
  const keeperParts = () => ({
    sql,
    client: temporal().client,
    clock,
    log: silentLog,
    onDispatches: () => {},
    // From a clock that stands still: by it every call would be late when a test has taken so long.
    timeoutMs: 600_000,
  });
  const workflowIdOf = async (key: string) =>
    (await sql<{ workflowId: string }[]>`select workflow_id as "workflowId" from runs where key = ${key}`)[0]!
      .workflowId;
  return {
    ...routing,
    sql,
    temporal,
    keep: (over: Partial<KeeperParts> = {}) => keepOnce({ ...keeperParts(), ...over }, place),
    keeperParts,
    moveOnMs: (ms: number) => routing.moveTo(new Date(clock.now().getTime() + ms).toISOString()),
    handle: async (key: string) => temporal().client.workflow.getHandle(await workflowIdOf(key)),
    standing: async (key: string) => standingOf(temporal().client, await workflowIdOf(key)),
    /** Carries out all that is owed; tells how much that was. */
    async dispatch() {
      const owed = await owedDispatches(sql, 100);
      const parts = {
        client: temporal().client,
        clock,
        secret: 'test secret',
        describe: () => described,
      };
      for (const one of owed) await carryOut(parts, one);
      await markDispatched(sql, owed, clock.now());
      return owed.length;
    },
    /** Another Temporal, which knows nothing. */
    async loseTemporal() {
      servers.push(await devServer());
    },
    rows: () => sql`select key, state, outcome from runs order by key`,
    async [Symbol.asyncDispose]() {
      for (const server of servers) await server.teardown();
      await database[Symbol.asyncDispose]();
    },
  };
}

const added = (cart: string): GivenEvent => ({
  name: 'Product Added',
  userId: 'u1',
  properties: { cart_id: cart, product_id: 'p1' },
});
const ordered = (cart: string): GivenEvent => ({
  name: 'Order Completed',
  userId: 'u1',
  properties: { order_id: cart, cart_id: cart },
});

/** A client whose word on one workflow a test gets hold of: before it is asked, and before its answer is used. */
function askedThrough(connection: Connection, describe: WorkflowClientInterceptor['describe']): Client {
  return new Client({ connection, interceptors: { workflow: [{ describe: describe! }] } });
}

/** Answers the next workflow task in the place of a worker. */
async function answerTask(temporal: TestWorkflowEnvironment, command: object): Promise<void> {
  const { workflowService } = temporal.client;
  const namespace = temporal.namespace ?? 'default';
  const asked = { namespace, taskQueue: { name: journeyQueue }, identity: 'test' };
  const { taskToken } = await temporal.client.withDeadline(
    performance.timeOrigin + performance.now() + 60_000,
    () => workflowService.pollWorkflowTaskQueue(asked),
  );
  await workflowService.respondWorkflowTaskCompleted({ namespace, taskToken, commands: [command] });
}

const completedWith = (result: string) => ({
  commandType: CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION,
  completeWorkflowExecutionCommandAttributes: {
    result: {
      payloads: [
        { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(JSON.stringify(result)) },
      ],
    },
  },
});

describe('keeping', () => {
  test('a run that was terminated in Temporal is closed as that, others and what is owed something stay', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added('c1'), added('c2'));
    await it.dispatch();
    await it.acceptAndRoute(added('not-yet-started'));
    await (await it.handle('c1')).terminate('An operator wants it so');
    await it.keep();
    expect(await it.rows()).toEqual([
      { key: 'c1', state: 'closed', outcome: 'terminated' },
      { key: 'c2', state: 'open', outcome: null },
      { key: 'not-yet-started', state: 'open', outcome: null },
    ]);
    expect(await owedDispatches(it.sql, 10)).toHaveLength(1);
  });

  test.each([
    ['cancelled', endings.cancelled, 'cancelled'],
    ['failed', endings.failed, 'failed'],
    ['completed', completedWith('lost'), 'lost'],
    ['completed without an outcome', completedWith('not one of ours'), 'failed'],
  ])('a run that was %s in Temporal is closed as that', async (_, command, outcome) => {
    await using it = await setup();
    await it.acceptAndRoute(added('c1'));
    await it.sql`update runs set wakes_at = null`;
    await it.dispatch();
    if (outcome === 'cancelled') await (await it.handle('c1')).cancel();
    await answerTask(it.temporal(), command);
    await it.keep();
    expect(await it.rows()).toEqual([{ key: 'c1', state: 'closed', outcome }]);
  });

  test('runs that Temporal has lost are started again, and wait only for what is left of their waits', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added('ordered'), added('waited'), added('waiting'));
    await it.sql`update runs set wakes_at = opened_at - interval '1 minute' where key = 'waited'`;
    await it.dispatch();
    await it.acceptAndRoute(ordered('ordered'));
    await it.dispatch();
    await it.loseTemporal();
    await it.keep();
    expect(await it.dispatch()).toBe(2);
    // A closed row is never begun anew.
    expect(await it.standing('ordered')).toEqual({ kind: 'unknown' });
    const delayMs = async (key: string) => {
      const { events } = await (await it.handle(key)).fetchHistory();
      const delay = events?.[0]?.workflowExecutionStartedEventAttributes?.firstWorkflowTaskBackoff;
      return Number(delay?.seconds ?? 0) * 1_000;
    };
    expect(await delayMs('waited')).toBe(0);
    expect(await delayMs('waiting')).toBeGreaterThan(40 * 60_000);
    await it.keep();
    expect(await it.dispatch()).toBe(0);
  });

  test('a run that is started again is told all it was told, in order', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added('c1'));
    await it.sql`
      insert into dispatches (run_id, seq, kind, event_id, event_name, occurred_at, carries)
      select id, seq, 'event', id, 'Support Requested', opened_at, '{}' from runs, generate_series(1, 2) seq`;
    await it.sql`update runs set last_seq = 2`;
    await it.dispatch();
    await it.loseTemporal();
    await it.keep();
    expect((await owedDispatches(it.sql, 10)).map(({ seq }) => seq)).toEqual([0, 1, 2]);
    await it.dispatch();
    const { events } = await (await it.handle('c1')).fetchHistory();
    expect(events?.filter((event) => event.workflowExecutionSignaledEventAttributes)).toHaveLength(2);
  });

  test('a closed run that goes on long after it was told of its end is told again', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added('c1'));
    await it.sql`update runs set wakes_at = null`;
    await it.dispatch();
    await it.acceptAndRoute(ordered('c1'));
    await it.dispatch();
    await it.keep();
    expect(await owedDispatches(it.sql, 10)).toEqual([]);
    it.moveOnMs(toldAgainAfterMs + 1);
    await eventually('it is listed as running', async () => {
      await it.keep();
      return (await owedDispatches(it.sql, 10)).length > 0;
    });
    expect(await owedDispatches(it.sql, 10)).toMatchObject([{ kind: 'end', run: { outcome: 'ordered' } }]);
    await it.dispatch();
    await it.keep();
    expect(await owedDispatches(it.sql, 10)).toEqual([]);
  });

  test('what a closed run has left open in the ledger is settled, a call that may be under way excepted', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added('c1'), added('c2'));
    await it.dispatch();
    const at = it.clock.now();
    const give = async (key: string, message: string, state: DeliveryState, callingAt: Date | null) => it.sql`
      insert into deliveries (id, run_id, customer_id, name, message, nth, purpose, channel, state, verdicts,
        calling_at, at)
      select ${newId(it.clock)}, id, customer_id, name, ${message}, 1, 'help', 'email', ${state}, '[]', ${callingAt},
        ${at} from runs where key = ${key}`;
    await give('c1', 'waits', 'waiting', null);
    await give('c1', 'to-be-sent', 'intended', null);
    await give('c1', 'under-way', 'intended', at);
    await give('c1', 'sent', 'accepted', null);
    await give('c2', 'waits', 'waiting', null);
    await (await it.handle('c1')).terminate();
    it.moveOnMs(1_000);
    await it.keep();
    const settled = await it.sql`
      select r.key, d.message, d.state, d.reason, d.verdicts -> 0 ->> 'words' as words, d.at = ${at} as "sameTime"
      from deliveries d join runs r on r.id = d.run_id order by r.key, d.message`;
    const untouched = { reason: null, words: null, sameTime: true };
    const words = 'run-closed — the run had ended as terminated';
    expect(settled).toEqual([
      { key: 'c1', message: 'sent', state: 'accepted', ...untouched },
      {
        key: 'c1',
        message: 'to-be-sent',
        state: 'cancelled',
        reason: 'run-closed',
        words: `cancelled: ${words}`,
        sameTime: true,
      },
      { key: 'c1', message: 'under-way', state: 'intended', ...untouched },
      {
        key: 'c1',
        message: 'waits',
        state: 'withheld',
        reason: 'run-closed',
        words: `withheld: ${words}`,
        sameTime: false,
      },
      { key: 'c2', message: 'waits', state: 'waiting', ...untouched },
    ]);
    it.moveOnMs(bounds.callMs);
    await it.keep();
    const [given] = await it.sql`
      select state, reason, calling_at, verdicts -> 0 ->> 'words' as words, at = ${at} as "sameTime"
      from deliveries where message = 'under-way'`;
    expect(given).toEqual({
      state: 'unknown',
      reason: null,
      calling_at: null,
      words:
        'unknown: the call was begun and its end never told; the run had ended as terminated, so nobody comes back to it',
      sameTime: true,
    });
  });

  test('a call of a run that is open is never given up here, however long it takes', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added('c1'));
    await it.dispatch();
    await it.sql`
      insert into deliveries (id, run_id, customer_id, name, message, nth, purpose, channel, state, verdicts,
        calling_at, at)
      select ${newId(it.clock)}, id, customer_id, name, 'nudge', 1, 'help', 'email', 'intended', '[]', opened_at,
        opened_at from runs`;
    it.moveOnMs(bounds.callMs * 10);
    await it.keep();
    expect(await it.sql`select state from deliveries`).toEqual([{ state: 'intended' }]);
  });

  test('more runs than fit a page are all looked at', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added('c1'));
    await it.dispatch();
    // In the order of the keys: this one comes last, behind more than a page of others.
    await it.sql`update runs set key = 'z', customer_id = 'ffffffff-ffff-4fff-bfff-ffffffffffff'`;
    await it.sql`
      insert into runs (id, name, version, customer_id, key, n, workflow_id, first, carries, settings, opened_at,
        last_activity_at)
      select gen_random_uuid(), name, 1, '00000000-0000-4000-8000-000000000000', i, 1, workflow_id || i, first, carries,
        settings, opened_at, last_activity_at from runs, generate_series(1, 450) i`;
    await (await it.handle('z')).terminate();
    await it.keep();
    expect(await it.sql`select key, outcome from runs where state = 'closed'`).toEqual([
      { key: 'z', outcome: 'terminated' },
    ]);
  });

  test('with Temporal away nothing is judged, and keeping goes on when it is back', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added('c1'));
    await it.dispatch();
    const parts = it.keeperParts();
    const gone = await devServer();
    await gone.teardown();
    const over = { client: gone.client, clock: createClock(realTime), timeoutMs: 4_000 };
    await keepOnce({ ...parts, ...over }, atTheBeginning());
    expect(await it.rows()).toEqual([{ key: 'c1', state: 'open', outcome: null }]);
    expect(await owedDispatches(it.sql, 10)).toEqual([]);
    await (await it.handle('c1')).terminate();
    await it.keep();
    expect(await it.rows()).toEqual([{ key: 'c1', state: 'closed', outcome: 'terminated' }]);
  });

  test('more runs than one look reaches are all looked at, round after round, whoever cannot be judged', async () => {
    await using it = await setup();
    const keys = Array.from({ length: 23 }, (_, i) => `c${String(i).padStart(2, '0')}`);
    await it.acceptAndRoute(...keys.map(added));
    await it.dispatch();
    let asked = 0;
    const client = askedThrough(it.temporal().connection, async (input, next) => {
      asked += 1;
      if (input.workflowExecution.workflowId?.includes('/c01/')) throw new Error('nobody can tell');
      return next(input);
    });
    const reach = { page: 3, pages: 2 };
    const looksOfARound = Math.ceil(23 / 6);
    for (const gone of [
      ['c01', 'c05', 'c22'],
      ['c00', 'c20'],
    ]) {
      for (const key of gone) await (await it.handle(key)).terminate();
      // Those that ended a moment ago may still be listed as running: then they come round once more.
      await eventually('they are no longer listed', async () => {
        const listed = await it.temporal().client.workflow.count(`ExecutionStatus = 'Running'`);
        return listed.count === (gone.length === 3 ? 20 : 18);
      });
      for (let look = 0; look < looksOfARound; look += 1) {
        const before = asked;
        await it.keep({ client, reach });
        expect(asked - before).toBeLessThanOrEqual(6);
      }
    }
    const closed = await it.sql`select key from runs where state = 'closed' order by key`;
    expect(closed.map((run) => run['key'])).toEqual(['c00', 'c05', 'c20', 'c22']);
    // No page is begun after the time of a look: here it is over with the first.
    let passed = 0;
    const clock = createClock(realTime, () => it.clock.realNow().getTime() + (passed += keeperLookMs));
    const place = atTheBeginning();
    await keepOnce({ ...it.keeperParts(), reach: { page: 3, pages: 9 }, clock }, place);
    expect(place.open).toMatchObject({ key: 'c03' });
  });

  test('Temporal goes away between two pages: what was judged is put right, the rest when it is back', async () => {
    await using it = await setup();
    await using line = await temporalLine(it.temporal());
    await it.acceptAndRoute(...['c1', 'c2', 'c3', 'c4'].map(added));
    await it.dispatch();
    for (const key of ['c1', 'c4']) await (await it.handle(key)).terminate();
    const client = askedThrough(line.connection, async (input, next) => {
      const answer = await next(input);
      line.cut();
      return answer;
    });
    const over = { reach: { page: 2, pages: 9 }, clock: createClock(realTime), timeoutMs: 4_000 };
    await it.keep({ client, ...over });
    const states = async () => (await it.rows()).map((run) => [run['key'], run['outcome']]);
    expect(await states()).toEqual([
      ['c1', 'terminated'],
      ['c2', null],
      ['c3', null],
      ['c4', null],
    ]);
    expect(await owedDispatches(it.sql, 10)).toEqual([]);
    line.mend();
    await eventually('the next looks go on', async () => {
      await it.keep({ client: line.client, ...over });
      return (await states())[3]![1] === 'terminated';
    });
    expect((await states()).map(([, outcome]) => outcome)).toEqual(['terminated', null, null, 'terminated']);
  });

  test('the database goes away between the look and the write: nothing is half done, the next look does it', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added('c1'), added('c2'));
    await it.dispatch();
    await (await it.handle('c1')).terminate();
    const client = askedThrough(it.temporal().connection, async (input, next) => {
      const answer = await next(input);
      await it.sql`alter table if exists runs rename to gone`;
      return answer;
    });
    await it.keep({ client });
    await it.sql`alter table gone rename to runs`;
    expect(await it.rows()).toMatchObject([{ state: 'open' }, { state: 'open' }]);
    await it.keep();
    expect(await it.rows()).toMatchObject([{ state: 'closed', outcome: 'terminated' }, { state: 'open' }]);
  });

  test('an ending that is routed between the look and the write stands, in place of what was found', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added('terminated'), added('lost'), added('told'));
    await it.dispatch();
    const meanwhile = (key: string) => {
      let isRouted = false;
      return askedThrough(it.temporal().connection, async (input, next) => {
        const before = isRouted;
        isRouted = true;
        if (!before) await it.acceptAndRoute(ordered(key));
        return next(input);
      });
    };
    const outcomes = async () => (await it.rows()).map((run) => [run['key'], run['outcome']]);
    await (await it.handle('terminated')).terminate();
    await it.keep({ client: meanwhile('terminated') });
    await it.dispatch();
    await it.loseTemporal();
    await it.keep({ client: meanwhile('lost') });
    expect(await outcomes()).toEqual([
      ['lost', 'ordered'],
      ['terminated', 'ordered'],
      ['told', null],
    ]);
    // Only the one that is open is begun anew; of the other the ending is owed.
    const owed = (await owedDispatches(it.sql, 10)).map(({ kind, run }) => [run.key, kind]);
    expect(owed).toHaveLength(2);
    expect(owed).toEqual(
      expect.arrayContaining([
        ['told', 'start'],
        ['lost', 'end'],
      ]),
    );
  });

  test('of two keepers one keeps, and both stop when told', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added('c1'));
    await it.dispatch();
    await (await it.handle('c1')).terminate();
    const stop = new AbortController();
    const keepers = [runKeeper(it.keeperParts(), stop.signal), runKeeper(it.keeperParts(), stop.signal)];
    await eventually('the run is closed', async () => (await it.rows())[0]!['state'] === 'closed');
    const locks = await it.sql`
      select 1 from pg_locks l join pg_database d on d.oid = l.database
      where d.datname = current_database() and l.locktype = 'advisory' and l.objid = 4702003`;
    expect(locks).toHaveLength(1);
    stop.abort();
    await Promise.all(keepers);
  });
});
