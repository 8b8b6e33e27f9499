import { describe, expect, test } from 'vitest';
import { markDispatched, owedDispatches } from '../../src/db/queries/owed-dispatches.ts';
import { describeWorkflows } from '../../src/define/describe-workflow.ts';
import type { WatchInput } from '../../src/domain/watch-input.ts';
import { silentLog } from '../../src/log.ts';
import { carryOut } from '../../src/routing/dispatch.ts';
import { atTheBeginning, keepOnce } from '../../src/routing/keeper.ts';
import { testDatabase } from '../support/database.ts';
import { devServer } from '../support/dev-server.ts';
import { routingOver } from '../support/routing.ts';
import { stocked, testWatch } from '../support/watches.ts';

/** Routing and dispatching of a watch, with a Temporal and no worker. */
async function setup() {
  const database = await testDatabase();
  const { sql } = database;
  const servers = [await devServer()];
  const watch = testWatch();
  const startedAt = new Date(performance.timeOrigin + performance.now()).toISOString();
  const routing = routingOver(sql, [], startedAt, [watch]);
  const { clock } = routing;
  // Somebody waits for the pot all the time: that it comes back matters.
  await sql`
    insert into waiting_entries (id, list, customer_id, sku, since, state)
    values (gen_random_uuid(), 'viewed-while-sold-out', gen_random_uuid(), 'pot', ${startedAt}::timestamptz, 'waiting')`;
  const temporal = () => servers.at(-1)!;
  const keeperParts = () => ({
    sql,
    client: temporal().client,
    clock,
    log: silentLog,
    onDispatches: () => {},
    // From a clock that stands still: by it every call would be late when a test has taken so long.
    timeoutMs: 600_000,
  });
  return {
    ...routing,
    sql,
    temporal,
    handle: (workflowId: string) => temporal().client.workflow.getHandle(workflowId),
    async dispatch() {
      const owed = await owedDispatches(sql, 1_000);
      const describe = describeWorkflows({ journeys: [], watches: [watch] });
      for (const one of owed) {
        await carryOut({ client: temporal().client, clock, secret: 'test secret', describe }, one);
      }
      await markDispatched(sql, owed, clock.now());
      return owed.map(({ seq }) => seq);
    },
    keep: (place = atTheBeginning()) => keepOnce(keeperParts(), place),
    /** What a workflow was started with, and the wakes that it was told of. */
    async told(workflowId: string) {
      const { events } = await temporal().client.workflow.getHandle(workflowId).fetchHistory();
      const read = (payload: { data?: Uint8Array | null } | undefined): unknown =>
        JSON.parse(Buffer.from(payload!.data!).toString());
      const started = events![0]!.workflowExecutionStartedEventAttributes!;
      const signals = events!.flatMap(({ workflowExecutionSignaledEventAttributes: signal }) =>
        signal ? [read(signal.input!.payloads![0])] : [],
      );
      return { input: read(started.input!.payloads![0]) as WatchInput, signals };
    },
    async loseTemporal() {
      servers.push(await devServer());
    },
    async [Symbol.asyncDispose]() {
      for (const server of servers) await server.teardown();
      await database[Symbol.asyncDispose]();
    },
  };
}

describe('a watch in Temporal', () => {
  test('is started with the crossing that opened it, and told of the next', async () => {
    await using it = await setup();
    await it.acceptAndRoute(stocked('pot', 1), stocked('pot', 0));
    await it.dispatch();
    await it.acceptAndRoute(stocked('pot', 4));
    await it.dispatch();
    const description = await it.handle('backInStock/pot//1').describe();
    expect(description).toMatchObject({ type: 'backInStock', taskQueue: 'kairos' });
    expect(description.searchAttributes).toMatchObject({
      KairosName: ['backInStock'],
      KairosSubject: ['pot'],
    });
    expect(description.searchAttributes).not.toHaveProperty('KairosCustomer');
    expect(await description.staticSummary()).toBe(
      'backInStock: watches sku pot; wakes when stock falls to none (soldOut) or stock comes back (restocked); ' +
        'serves viewed-while-sold-out, 2 a unit, every 1 hour; holds out 10 %',
    );
    const [run] = await it.sql<{ id: string; opened_at: Date }[]>`select id, opened_at from runs`;
    const now = it.clock.now().getTime();
    expect(await it.told('backInStock/pot//1')).toEqual({
      input: {
        ...{ runId: run!.id, name: 'backInStock', subject: 'pot', heardUpTo: 0 },
        wake: { seq: 0, name: 'soldOut', at: now, units: 0 },
        settings: { perUnit: 2, every: '1 hour' },
        openedAt: run!.opened_at.getTime(),
        clock: it.clock.scale,
      },
      signals: [
        {
          ...{ seq: 1, kind: 'event', name: 'restocked', at: now, carries: { units: 4 } },
          eventId: expect.any(String) as string,
        },
      ],
    });
  });

  test('never has a sku in clear that may be words', async () => {
    await using it = await setup();
    await it.acceptAndRoute(stocked('anna@example.test', 1), stocked('anna@example.test', 0));
    await it.dispatch();
    const [run] = await it.sql<{ workflow_id: string }[]>`select workflow_id from runs`;
    const hash = /^~[\w-]{22}$/;
    const description = await it.handle(run!.workflow_id).describe();
    expect(description.searchAttributes['KairosSubject']![0]).toMatch(hash);
    expect((await it.told(run!.workflow_id)).input.subject).toMatch(hash);
    const all =
      JSON.stringify(await it.handle(run!.workflow_id).fetchHistory()) + JSON.stringify(description.raw);
    expect(all).not.toContain('anna');
    expect(await description.staticSummary()).toContain('watches sku ~');
  });
});

describe('keeping watches', () => {
  test('what one was told between its termination and the look is told to a new run, and only that', async () => {
    await using it = await setup();
    await it.acceptAndRoute(stocked('pot', 1), stocked('pot', 0));
    await it.dispatch();
    await it.acceptAndRoute(stocked('pot', 4));
    await it.dispatch();
    await it.handle('backInStock/pot//1').terminate('An operator wants it so');
    it.moveTo(new Date(performance.timeOrigin + performance.now() + 1_000).toISOString());
    await it.acceptAndRoute(stocked('pot', 0));
    expect(await it.dispatch()).toEqual([2]);
    await it.keep();
    await it.keep();
    const rows = await it.sql`select n, state, outcome, workflow_id, carries, last_seq from runs order by n`;
    expect(rows).toMatchObject([
      { n: 1, state: 'closed', outcome: 'terminated' },
      {
        ...{ n: 2, state: 'open', outcome: null, workflow_id: 'backInStock/pot//2', last_seq: 0 },
        carries: { wake: 'soldOut', units: 0 },
      },
    ]);
    expect(await it.dispatch()).toEqual([0]);
    expect((await it.told('backInStock/pot//2')).input.wake).toMatchObject({ name: 'soldOut', units: 0 });
    await it.acceptAndRoute(stocked('pot', 7));
    expect(await it.dispatch()).toEqual([1]);
  });

  test('one that was terminated is closed as that; the next crossing opens another', async () => {
    await using it = await setup();
    await it.acceptAndRoute(stocked('pot', 1), stocked('pan', 1), stocked('pot', 0), stocked('pan', 0));
    await it.dispatch();
    await it.handle('backInStock/pot//1').terminate();
    await it.keep();
    expect(await it.sql`select subject, state, outcome from runs order by subject`).toEqual([
      { subject: 'pan', state: 'open', outcome: null },
      { subject: 'pot', state: 'closed', outcome: 'terminated' },
    ]);
    await it.acceptAndRoute(stocked('pot', 1));
    await it.dispatch();
    expect((await it.told('backInStock/pot//2')).input.wake).toMatchObject({ name: 'restocked', units: 1 });
  });

  test('one that Temporal has lost is started anew, and told its newest wakes only', async () => {
    await using it = await setup();
    await it.acceptAndRoute(stocked('pot', 1));
    for (const units of [0, 1, 0, 2, 0, 3, 0]) await it.acceptAndRoute(stocked('pot', units));
    await it.dispatch();
    await it.loseTemporal();
    await it.keep();
    expect(await it.dispatch()).toEqual([0, 5, 6]);
    const { input, signals } = await it.told('backInStock/pot//1');
    expect(input).toMatchObject({ heardUpTo: 4, wake: { seq: 0, name: 'soldOut' } });
    expect(signals).toMatchObject([
      { seq: 5, name: 'restocked', carries: { units: 3 } },
      { seq: 6, name: 'soldOut', carries: { units: 0 } },
    ]);
    await it.keep();
    expect(await it.dispatch()).toEqual([]);
  });

  test('one that was only started is started anew with nothing more to hear', async () => {
    await using it = await setup();
    await it.acceptAndRoute(stocked('pot', 1), stocked('pot', 0));
    await it.dispatch();
    await it.loseTemporal();
    await it.keep();
    expect(await it.dispatch()).toEqual([0]);
    expect((await it.told('backInStock/pot//1')).input.heardUpTo).toBe(0);
  });

  test('one of whose wakes an old one was never crossed again is told no more than it takes', async () => {
    await using it = await setup();
    await it.acceptAndRoute(stocked('pot', 1), stocked('pot', 0));
    await it.sql`
      insert into dispatches (run_id, seq, kind, event_name, occurred_at, carries)
      select id, seq, 'event', case seq when 2 then 'once' else 'often' end, opened_at, '{"units": 1}'
      from runs, generate_series(1, 2000) seq`;
    await it.sql`update runs set last_seq = 2000`;
    await it.sql`update dispatches set done_at = occurred_at`;
    await it.keep();
    const owed = await it.sql<
      { seq: number }[]
    >`select seq from dispatches where done_at is null order by seq`;
    expect(owed.length).toBe(101);
    expect(owed.slice(0, 2)).toEqual([{ seq: 0 }, { seq: 1_901 }]);
    const [start] = await owedDispatches(it.sql, 1);
    expect(start).toMatchObject({ seq: 0, heardUpTo: 1_900 });
  });
});
