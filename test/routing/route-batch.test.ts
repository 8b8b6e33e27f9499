import { describe, expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';
import { abandonedCart } from '../support/abandoned-cart.ts';

const added = (over: Partial<GivenEvent> & { cart?: string; product?: string } = {}): GivenEvent => {
  const { cart = 'c1', product = 'p1', ...rest } = over;
  return {
    name: 'Product Added',
    userId: 'u1',
    properties: { cart_id: cart, product_id: product, price: 19.99, quantity: 1 },
    ...rest,
  };
};
const ordered = (over: Partial<GivenEvent> = {}): GivenEvent => ({
  name: 'Order Completed',
  userId: 'u1',
  properties: { order_id: 'o1', cart_id: 'c1', total: 19.99 },
  ...over,
});

async function setup() {
  const database = await testDatabase();
  const routing = routingOver(database.sql, [abandonedCart]);
  const { sql } = database;
  return {
    ...routing,
    sql,
    runs: () =>
      sql`select key, n, state, outcome, wakes_at, workflow_id, last_seq from runs order by opened_at, key, n`,
    dispatches: () => sql`select seq, kind, event_name from dispatches order by place`,
    customers: () => sql`select * from customers where merged_into is null order by created_at`,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

describe('runs', () => {
  test('a start event opens one run, asleep until its first wait is over', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added(), added({ product: 'p2' }));
    const [customer] = await it.customers();
    expect(await it.runs()).toEqual([
      {
        key: 'c1',
        n: 1,
        state: 'open',
        outcome: null,
        wakes_at: new Date('2026-05-01T12:45:00.000Z'),
        workflow_id: `abandonedCart/${customer!['id']}/c1/1`,
        last_seq: 0,
      },
    ]);
    expect(await it.dispatches()).toEqual([{ seq: 0, kind: 'start', event_name: 'Product Added' }]);
  });

  test('on a phone the first wait is longer', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added({ context: { device: { type: 'ios' } } }));
    expect((await it.runs())[0]!['wakes_at']).toEqual(new Date('2026-05-01T15:00:00.000Z'));
  });

  test('an ending closes the run at once and is owed to Temporal', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added());
    it.moveTo('2026-05-01T12:10:00.000Z');
    await it.acceptAndRoute(ordered());
    expect(await it.runs()).toMatchObject([{ key: 'c1', state: 'closed', outcome: 'ordered', last_seq: 1 }]);
    expect((await it.dispatches()).map((d) => d['kind'])).toEqual(['start', 'end']);
  });

  test('an ending without its key ends all open runs of the customer; another cart does not', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added(), added({ cart: 'c2' }), added({ cart: 'c3', userId: 'u2' }));
    await it.acceptAndRoute(ordered({ properties: { order_id: 'o9', cart_id: 'c9' } }));
    expect((await it.runs()).map((run) => run['state'])).toEqual(['open', 'open', 'open']);
    await it.acceptAndRoute(ordered({ properties: { order_id: 'o1' } }));
    expect((await it.runs()).map((run) => [run['key'], run['state']])).toEqual([
      ['c1', 'closed'],
      ['c2', 'closed'],
      ['c3', 'open'],
    ]);
  });

  test('a start without its key uses the empty key, or reaches the open runs', async () => {
    await using it = await setup();
    const keyless = added({ properties: { product_id: 'p1' } });
    await it.acceptAndRoute(keyless);
    expect((await it.runs()).map((run) => run['key'])).toEqual(['']);
    await it.acceptAndRoute({ ...added(), userId: 'u2' });
    it.moveTo('2026-05-01T12:30:00.000Z');
    await it.acceptAndRoute({ ...keyless, userId: 'u2' });
    const [row] = await it.sql`select last_activity_at as at from runs where key = 'c1'`;
    expect(row!['at']).toEqual(new Date('2026-05-01T12:30:00.000Z'));
    expect(await it.runs()).toHaveLength(2);
  });

  test('an ending with a key ends the run that began without one as well, and empties its cart', async () => {
    await using it = await setup();
    const keyless = added({ properties: { product_id: 'p1' } });
    await it.acceptAndRoute(keyless, { ...keyless, userId: 'u2' });
    await it.acceptAndRoute(ordered());
    const runs = await it.sql`
      select r.key, r.state, r.outcome, i.external_id as whose
      from runs r join customer_ids i on i.customer_id = r.customer_id order by whose`;
    expect(runs).toEqual([
      { key: '', state: 'closed', outcome: 'ordered', whose: 'u1' },
      { key: '', state: 'open', outcome: null, whose: 'u2' },
    ]);
    const lines = await it.sql`select jsonb_array_length(lines) as n from carts where key = '' order by 1`;
    expect(lines.map((cart) => cart['n'])).toEqual([0, 1]);
  });

  test('a late start without its key begins nothing when any ending occurred after it', async () => {
    await using it = await setup();
    await it.acceptAndRoute(ordered());
    it.moveTo('2026-05-01T12:20:00.000Z');
    const keyless = added({ properties: { product_id: 'p1' } });
    await it.acceptAndRoute({ ...keyless, at: '2026-05-01T11:50:00.000Z' });
    expect(await it.runs()).toEqual([]);
    await it.acceptAndRoute(added({ cart: 'c2', at: '2026-05-01T11:50:00.000Z' }));
    expect(await it.runs()).toMatchObject([{ key: 'c2', state: 'open' }]);
  });

  test('an ending with a key ends the keyless run of who turns out to be the same customer', async () => {
    await using it = await setup();
    const keyless = added({ properties: { product_id: 'p1' } });
    const { userId: _, ...visitor } = keyless;
    await it.acceptAndRoute({ ...visitor, anonymousId: 'a1' });
    it.moveTo('2026-05-01T12:10:00.000Z');
    await it.acceptAndRoute(ordered());
    expect(await it.runs()).toMatchObject([{ key: '', state: 'open' }]);
    await it.acceptAndRoute({ kind: 'identify', userId: 'u1', anonymousId: 'a1' });
    expect(await it.runs()).toMatchObject([{ key: '', state: 'closed', outcome: 'ordered' }]);
  });

  test('start and ending in one batch take effect by index', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added(), ordered({ at: '2026-05-01T12:00:00.000Z' }));
    expect(await it.runs()).toMatchObject([{ state: 'closed', outcome: 'ordered' }]);
  });

  test('a late start whose ending occurred after it begins nothing, with and without the key', async () => {
    await using it = await setup();
    await it.acceptAndRoute(ordered(), ordered({ userId: 'u2', properties: { order_id: 'o2' } }));
    it.moveTo('2026-05-01T12:20:00.000Z');
    await it.acceptAndRoute(
      added({ at: '2026-05-01T11:50:00.000Z' }),
      added({ at: '2026-05-01T11:50:00.000Z', userId: 'u2' }),
    );
    expect(await it.runs()).toEqual([]);
    await it.acceptAndRoute(added());
    expect(await it.runs()).toHaveLength(1);
  });

  test('a late ending that occurred before the run began does not end it', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added());
    await it.acceptAndRoute(ordered({ at: '2026-05-01T11:00:00.000Z' }));
    expect(await it.runs()).toMatchObject([{ state: 'open' }]);
  });

  test('a start older than a day begins nothing; its facts count', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added({ at: '2026-04-30T11:59:59.000Z' }));
    expect(await it.runs()).toEqual([]);
    expect(await it.sql`select key from carts`).toHaveLength(1);
  });

  test('a start that waited for a router for days begins its run all the same', async () => {
    await using it = await setup();
    await it.accept(added());
    it.moveTo('2026-05-04T12:00:00.000Z');
    await it.route();
    expect(await it.runs()).toMatchObject([{ key: 'c1', state: 'open', wakes_at: null }]);
  });

  test('again: after 7 days from the close, for the same key only', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added(), ordered());
    it.moveTo('2026-05-08T11:59:00.000Z');
    await it.acceptAndRoute(added(), added({ cart: 'c2' }));
    expect((await it.runs()).map((run) => [run['key'], run['n']])).toEqual([
      ['c1', 1],
      ['c2', 1],
    ]);
    it.moveTo('2026-05-08T12:01:00.000Z');
    await it.acceptAndRoute(added());
    expect((await it.runs()).map((run) => [run['key'], run['n']])).toEqual([
      ['c1', 1],
      ['c2', 1],
      ['c1', 2],
    ]);
  });

  test('a key that is an address never reaches Temporal', async () => {
    await using it = await setup();
    await it.acceptAndRoute(added({ cart: 'jane@shop.example' }));
    const [run] = await it.sql`select workflow_id, carries, key from runs`;
    expect(run!['key']).toBe('jane@shop.example');
    expect(run!['workflow_id']).toMatch(/^abandonedCart\/[0-9a-f-]{36}\/~[A-Za-z0-9_-]{22}\/1$/);
    expect(JSON.stringify([run!['workflow_id'], run!['carries']])).not.toContain('jane');
  });

  test('events that no journey names load no runs and write no dispatches', async () => {
    await using it = await setup();
    const outcome = await it.acceptAndRoute(
      { name: 'Product Viewed', userId: 'u1' },
      { kind: 'page', userId: 'u1' },
    );
    expect(outcome).toEqual({ kind: 'routed', events: 2, dispatches: 0 });
  });
});

describe('facts', () => {
  test('the cart is what was added, less what was removed, and empty after the order', async () => {
    await using it = await setup();
    await it.acceptAndRoute(
      added(),
      added(),
      added({ product: 'p2' }),
      { ...added({ product: 'p2' }), name: 'Product Removed' },
      { ...added(), name: 'Product Removed' },
    );
    const lines = async () =>
      (await it.sql`select lines from carts where key = 'c1'`)[0]!['lines'] as object[];
    expect(await lines()).toMatchObject([{ line: 'p1', quantity: 1, priceMinor: 1999, currency: 'USD' }]);
    it.moveTo('2026-05-01T12:05:00.000Z');
    await it.acceptAndRoute(ordered(), added({ at: '2026-05-01T12:01:00.000Z', product: 'p3' }));
    expect(await lines()).toEqual([]);
  });

  test('one order per order_id, the later report updates, refunds take away', async () => {
    await using it = await setup();
    await it.acceptAndRoute(
      ordered(),
      ordered({ at: '2026-05-01T11:00:00.000Z', properties: { order_id: 'o1', total: 5 } }),
      ordered({ properties: { order_id: 'o2', revenue: 10, currency: 'JPY' } }),
      { name: 'Order Refunded', userId: 'u1', properties: { order_id: 'o1', total: 4.99 } },
    );
    expect(
      await it.sql`select order_id, value_minor::int as v, refunded_minor::int as r, currency from orders order by 1`,
    ).toEqual([
      { order_id: 'o1', v: 1999, r: 499, currency: 'USD' },
      { order_id: 'o2', v: 10, r: 0, currency: 'JPY' },
    ]);
  });

  test('traits end at their bound: one customer cannot hold up the routing of the others', async () => {
    await using it = await setup();
    const identify = (traits: Record<string, unknown>): GivenEvent => ({
      kind: 'identify',
      userId: 'u1',
      traits,
    });
    await it.acceptAndRoute(identify({ email: 'before@example.test' }));
    const heavy = Array.from({ length: 20 }, (_, i) => identify({ [`t${i}`]: 'x'.repeat(10_000) }));
    await it.acceptAndRoute(...heavy);
    await it.acceptAndRoute(
      identify({ email: 'after@example.test', t0: null }),
      identify({ t19: 'fits again' }),
    );
    const [customer] = await it.sql<
      { traits: Record<string, { value: unknown }> }[]
    >`select traits from customers`;
    expect(JSON.stringify(customer!.traits).length).toBeLessThan(65_536);
    expect(Object.keys(customer!.traits).sort()).toEqual(['email', 't1', 't19', 't2', 't3', 't4', 't5']);
    expect(customer!.traits['email']!.value).toBe('after@example.test');
  });

  test('a refund written with a minus takes away as well', async () => {
    await using it = await setup();
    const refund = { order_id: 'o1', total: -5 };
    await it.acceptAndRoute(ordered(), { name: 'Order Refunded', userId: 'u1', properties: refund });
    expect(await it.sql`select refunded_minor::int as r from orders`).toEqual([{ r: 500 }]);
  });

  test('a refund in another currency is not taken from the order', async () => {
    await using it = await setup();
    const refund = { order_id: 'o1', total: 500, currency: 'JPY' };
    await it.acceptAndRoute(ordered(), { name: 'Order Refunded', userId: 'u1', properties: refund });
    expect(await it.sql`select refunded_minor::int as r, currency from orders`).toEqual([
      { r: 0, currency: 'USD' },
    ]);
  });

  test('a refund of what cannot be read takes nothing away; one that says no amount is of the whole', async () => {
    await using it = await setup();
    const refund = (properties: Record<string, unknown>): GivenEvent => ({
      ...{ name: 'Order Refunded', userId: 'u1', properties: { order_id: 'o1', ...properties } },
    });
    await it.acceptAndRoute(ordered(), refund({ total: '1,50' }), refund({ total: [], revenue: 1e300 }));
    expect(await it.sql`select refunded_minor::int as r from orders`).toEqual([{ r: 0 }]);
    await it.acceptAndRoute(refund({ total: null }));
    expect(await it.sql`select refunded_minor::int as r from orders`).toEqual([{ r: 1999 }]);
  });

  test('a text that is cut in the middle of a character does not cost the event', async () => {
    await using it = await setup();
    const long = (length: number) => `${'x'.repeat(length - 1)}😀 and more`;
    await it.acceptAndRoute(
      added({ properties: { cart_id: long(255), product_id: 'p1', name: long(500) } }),
      ordered({ properties: { order_id: long(255), total: 1 } }),
    );
    const [found] = await it.sql`
      select (select count(*)::int from runs) as runs, (select count(*)::int from orders) as orders`;
    expect(found).toEqual({ runs: 1, orders: 1 });
  });

  test('consents of identify are recorded once, denials beside grants', async () => {
    await using it = await setup();
    const says = (email: boolean): GivenEvent => ({
      kind: 'identify',
      userId: 'u1',
      context: { consent: { channels: { email } } },
    });
    await it.acceptAndRoute(says(true));
    await it.acceptAndRoute(says(true));
    await it.acceptAndRoute(says(false), says(true), says(false));
    const rows = await it.sql`select state from consents order by at, id`;
    expect(rows.map((row) => row['state'])).toEqual(['granted', 'denied', 'granted', 'denied']);
  });
});

describe('a poison event', () => {
  test('an alias of a known user without the admin key is refused by the fold', async () => {
    await using it = await setup();
    await it.accept({ userId: 'u1', name: 'a' }, { userId: 'u2', name: 'a' });
    await it.accept({ kind: 'alias', userId: 'u2', previousId: 'u1' });
    await expect(it.route()).rejects.toMatchObject({
      cause: { name: 'PoisonEvent', code: 'alias-needs-admin' },
    });
    expect((await it.sql`select seq from unrouted`).length).toBe(3);
  });
});
