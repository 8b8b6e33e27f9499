import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { runRouter } from '../../src/routing/router.ts';
import { routeBatch, setEventAside } from '../../src/routing/route-batch.ts';
import { Wakeup } from '../../src/routing/wakeup.ts';
import { abandonedCart } from '../support/abandoned-cart.ts';
import { testDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { acceptEvents, routingOver, type GivenEvent } from '../support/routing.ts';

async function setup() {
  const database = await testDatabase();
  const { sql } = database;
  const routing = routingOver(sql, [abandonedCart]);
  const stop = new AbortController();
  const running: Promise<void>[] = [];
  return {
    ...routing,
    sql,
    /** Starts a router of its own; several may run. */
    startRouter() {
      const wakeup = new Wakeup();
      const parts = { context: routing.context, wakeup, onDispatches: () => {}, log: silentLog };
      running.push(runRouter(parts, stop.signal));
      return wakeup;
    },
    allRouted: () =>
      eventually('every event is routed', async () => (await sql`select 1 from unrouted`).length === 0),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(running);
      await database[Symbol.asyncDispose]();
    },
  };
}

const viewed = (userId: string): GivenEvent => ({
  name: 'Product Viewed',
  userId,
  properties: { product_id: 'p' },
});

describe('a poison event', () => {
  test('in the middle of a batch is set aside with its reason; the others have their effect once', async () => {
    await using it = await setup();
    const people = Array.from({ length: 40 }, (_, i) => `u${i}`);
    await it.accept(...people.slice(0, 20).map(viewed));
    // No event that ingestion accepts is like this; it stands for the one we did not think of.
    const [seq] = await it.accept({ name: 'Product Added', userId: 'bad', properties: { cart_id: 'c' } });
    await it.sql`update events set occurred_at = 'infinity' where seq = ${seq!}`;
    await it.accept(...people.slice(20).map(viewed));
    it.startRouter();
    await it.allRouted();
    const aside = await it.sql`select stage, code, event_seq::int as seq from rejections`;
    expect(aside).toEqual([{ stage: 'routing', code: 'cannot-be-routed', seq }]);
    expect((await it.sql`select 1 from customer_events`).length).toBe(40);
  });

  test('that would make a value larger than the database can hold is set aside, and holds nobody up', async () => {
    await using it = await setup();
    const [seq] = await it.accept(viewed('u1'), viewed('u2'));
    await it.sql.unsafe(`
      create function refuse() returns trigger language plpgsql as $$
        begin raise 'total size of jsonb object elements exceeds the maximum' using errcode = '54000'; end $$;
      create trigger refuse before insert on customer_events for each row when (new.seq = ${seq!})
        execute function refuse()`);
    it.startRouter();
    await it.allRouted();
    expect(await it.sql`select code, event_seq::int as seq from rejections`).toEqual([
      { code: 'cannot-be-routed', seq },
    ]);
    expect((await it.sql`select 1 from customer_events`).length).toBe(1);
  });

  test('that another router has given its effect meanwhile is not called refused', async () => {
    await using it = await setup();
    const [seq] = await it.accept(viewed('u1'));
    await routeBatch(it.context, 10);
    await setEventAside(it.context, { seq: seq!, code: 'cannot-be-routed', detail: 'x' });
    expect((await it.sql`select 1 from rejections`).length).toBe(0);
  });

  test('that names what it may not do is set aside with that code', async () => {
    await using it = await setup();
    await it.accept(
      viewed('u1'),
      viewed('u2'),
      { kind: 'alias', userId: 'u2', previousId: 'u1' },
      viewed('u1'),
    );
    it.startRouter();
    await it.allRouted();
    const [aside] = await it.sql`select code, detail from rejections`;
    expect(aside).toMatchObject({
      code: 'alias-needs-admin',
      detail: expect.stringContaining('admin key') as string,
    });
    expect((await it.sql`select 1 from customer_events`).length).toBe(3);
  });
});

describe('several routers', () => {
  test('route every event once and in order, while events keep coming', async () => {
    await using it = await setup();
    for (let i = 0; i < 3; i += 1) it.startRouter();
    const feeders = ['a', 'b', 'c'].map(async (feeder) => {
      for (let i = 0; i < 40; i += 1) {
        await acceptEvents(it.sql, it.clock, [
          {
            name: 'Product Added',
            userId: feeder,
            properties: { cart_id: 'c', product_id: `p${i % 5}`, quantity: 1 },
          },
        ]);
      }
    });
    await Promise.all(feeders);
    await it.allRouted();
    const carts = await it.sql<{ quantities: number[] }[]>`
      select array(select (l ->> 'quantity')::int from jsonb_array_elements(lines) l) as quantities from carts`;
    expect(carts.map(({ quantities }) => quantities)).toEqual(Array(3).fill([8, 8, 8, 8, 8]));
    expect((await it.sql`select 1 from runs`).length).toBe(3);
  });

  test('one that is at work keeps the others away', async () => {
    await using it = await setup();
    await it.accept(viewed('u1'));
    await it.sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(4702001)`;
      expect(await routeBatch(it.context, 10)).toEqual({ kind: 'locked' });
    });
    expect(await routeBatch(it.context, 10)).toMatchObject({ kind: 'routed', events: 1 });
  });
});

test('a router dies in the middle of a batch: nothing of it has happened, and another gives it its effect once', async () => {
  await using it = await setup();
  // The batch stops right before its last steps, until the test is done with it.
  await it.sql.unsafe(`
    create function hold() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock(1); return new; end $$;
    create trigger hold before insert on dispatches for each row execute function hold()`);
  await it.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(1)`;
    await it.accept(viewed('u1'), {
      name: 'Product Added',
      userId: 'u1',
      properties: { cart_id: 'c', product_id: 'p', quantity: 2 },
    });
    it.startRouter();
    const pid = await eventually('it is in the middle', async () => {
      const [row] = await it.sql<{ pid: number }[]>`
        select pid from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`;
      return row?.pid;
    });
    await it.sql`select pg_terminate_backend(${pid})`;
  });
  it.startRouter();
  await it.allRouted();
  const [found] = await it.sql`
    select (select count(*)::int from runs) as runs, (select count(*)::int from dispatches) as dispatches,
      (select count(*)::int from customer_events) as events, (select lines -> 0 ->> 'quantity' from carts) as quantity`;
  expect(found).toEqual({ runs: 1, dispatches: 1, events: 2, quantity: '2' });
});

test('a database that is away for a while loses nothing: the batch is routed when it is back', async () => {
  await using it = await setup();
  await it.accept(viewed('u1'), viewed('u2'));
  await it.sql`alter table customer_events rename to gone`;
  const wakeup = it.startRouter();
  await eventually('the router has tried', async () => {
    wakeup.wake();
    const [row] =
      await it.sql`select xact_rollback as n from pg_stat_database where datname = current_database()`;
    return Number(row!['n']) > 0;
  });
  await it.sql`alter table gone rename to customer_events`;
  await it.allRouted();
  expect((await it.sql`select 1 from customer_events`).length).toBe(2);
  expect((await it.sql`select 1 from rejections`).length).toBe(0);
});

test('what fails several works of a turn in the same way is told once', async () => {
  await using it = await setup();
  const lines: { msg: string; err: { message: string } }[] = [];
  const log = pino({}, { write: (line) => lines.push(JSON.parse(line) as (typeof lines)[number]) });
  const away = () => Promise.reject(new Error('the database is away'));
  const other = () => Promise.reject(new Error('a bug'));
  const stop = new AbortController();
  // The turn is over when the batch after it has been routed.
  await it.accept(viewed('u1'));
  const parts = {
    context: it.context,
    wakeup: new Wakeup(),
    works: [away, other, away],
    onDispatches: () => {},
    log,
  };
  const router = runRouter(parts, stop.signal);
  await it.allRouted();
  stop.abort();
  await router;
  const told = lines.filter(({ msg }) => msg.startsWith('what is due')).map(({ err }) => err.message);
  expect(told.slice(0, 2)).toEqual(['the database is away', 'a bug']);
  expect(told.length % 2).toBe(0);
});
