import type { TransactionSql } from 'postgres';
import { describe, expect, test } from 'vitest';
import { closeRun, type ClosedRun } from '../../src/db/queries/close-run.ts';
import type { Sql } from '../../src/db/connect.ts';
import { event } from '../../src/define/event.ts';
import { silentLog } from '../../src/log.ts';
import { runRouter } from '../../src/routing/router.ts';
import { Wakeup } from '../../src/routing/wakeup.ts';
import { testDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';
import { testJourney } from '../support/sending.ts';

/** Every addition starts a run or is heard by the one that is open: it is in one dispatch, whatever happens. */
const heedful = testJourney('heedful', { hears: { added: event('Product Added') } });
const added = (userId = 'u1'): GivenEvent => ({ name: 'Product Added', userId });

/** A run that is about to close, two routers at work. */
async function setup() {
  const database = await testDatabase();
  const { sql } = database;
  const routing = routingOver(sql, [heedful]);
  const stop = new AbortController();
  const wakeups = [new Wakeup(), new Wakeup()];
  const running = wakeups.map((wakeup) =>
    runRouter({ context: routing.context, wakeup, onDispatches: () => {}, log: silentLog }, stop.signal),
  );
  const close = (tx: Sql | TransactionSql, runId: string, heard: number): Promise<ClosedRun | null> =>
    closeRun(tx as Sql, { runId, outcome: 'done', heard, at: routing.clock.now() });
  return {
    sql,
    close,
    /** As the API does: whoever routes is told. */
    async accept(...events: GivenEvent[]) {
      await routing.accept(...events);
      for (const wakeup of wakeups) wakeup.wake();
    },
    runs: () => sql<{ id: string; n: number; state: string; last_seq: number }[]>`
      select id, n, state, last_seq from runs order by n`,
    allRouted: () =>
      eventually('every event is routed', async () => (await sql`select 1 from unrouted`).length === 0),
    /** Somebody waits for a row that another has locked. */
    somebodyWaits: () =>
      eventually('somebody waits', async () => {
        const waiting = await sql`
          select 1 from pg_stat_activity where datname = current_database() and wait_event = 'transactionid'`;
        return waiting.length > 0;
      }),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(running);
      await database[Symbol.asyncDispose]();
    },
  };
}

describe('an event comes while its run is ending', () => {
  test('routing is quicker: the close waits for it, and the run hears the event first', async () => {
    await using it = await setup();
    await it.accept(added());
    await it.allRouted();
    const [run] = await it.runs();
    // Routing has locked the run, and stops right before it writes what the run is owed.
    await it.sql.unsafe(`
      create function hold() returns trigger language plpgsql as $$
        begin perform pg_advisory_xact_lock(1); return new; end $$;
      create trigger hold before insert on dispatches for each row execute function hold()`);
    let closing: Promise<ClosedRun | null> = Promise.resolve(null);
    await it.sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(1)`;
      await it.accept(added());
      await eventually('routing holds the run', async () => {
        const held = await it.sql`
          select 1 from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`;
        return held.length > 0;
      });
      closing = it.close(it.sql, run!.id, 0);
      await it.somebodyWaits();
    });
    expect(await closing).toEqual({ closed: false, owed: 1 });
    expect(await it.close(it.sql, run!.id, 1)).toEqual({ closed: true, outcome: 'done' });
  });

  test('the close is quicker: routing waits for it, and the event starts the next run', async () => {
    await using it = await setup();
    await it.accept(added());
    await it.allRouted();
    const [run] = await it.runs();
    await it.sql.begin(async (tx) => {
      expect(await it.close(tx, run!.id, 0)).toEqual({ closed: true, outcome: 'done' });
      await it.accept(added());
      await it.somebodyWaits();
    });
    await it.allRouted();
    expect(await it.runs()).toMatchObject([
      { n: 1, state: 'closed', last_seq: 0 },
      { n: 2, state: 'open', last_seq: 0 },
    ]);
  });

  test('again and again, with two routers: every event is in one run, and no run closed over one', async () => {
    await using it = await setup();
    const people = ['a', 'b', 'c'];
    const heardAtClose = new Map<string, number>();
    let isFeeding = true;
    let accepted = 0;
    const feeding = Promise.all(
      people.map(async (userId) => {
        while (heardAtClose.size < 30 && accepted < 1_500) {
          accepted += 1;
          await it.accept(added(userId));
        }
      }),
    ).finally(() => (isFeeding = false));
    let before: { id: string; heard: number }[] = [];
    while (isFeeding) {
      // As workflows do: with what they had heard a moment ago, which is not always all.
      for (const { id, heard } of before) {
        const answer = await it.close(it.sql, id, heard);
        if (answer?.closed) heardAtClose.set(id, heard);
      }
      before = await it.sql`select id, last_seq as heard from runs where state = 'open'`;
    }
    await feeding;
    await it.allRouted();
    const dispatched = await it.sql<{ eventId: string }[]>`select event_id as "eventId" from dispatches`;
    expect(dispatched).toHaveLength(accepted);
    expect(new Set(dispatched.map(({ eventId }) => eventId)).size).toBe(accepted);
    const closed = await it.sql<{ id: string; lastSeq: number; count: number }[]>`
      select id, last_seq as "lastSeq", (select count(*)::int from dispatches d where d.run_id = r.id) as count
      from runs r where state = 'closed'`;
    expect(closed.length).toBe(heardAtClose.size);
    expect(closed.length).toBeGreaterThanOrEqual(30);
    for (const { id, lastSeq, count } of closed) {
      expect([lastSeq, count]).toEqual([heardAtClose.get(id), lastSeq + 1]);
    }
  });
});
