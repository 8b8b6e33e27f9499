import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { abandonedCart } from '../support/abandoned-cart.ts';
import { erasedTables, keptTables } from '../../src/db/queries/erase-customers.ts';
import { rejectionsOf } from '../../src/db/queries/erase-rejections.ts';
import { exportedPerson, exportSections } from '../../src/db/queries/export-customer.ts';
import { findCustomer } from '../../src/db/queries/find-customer.ts';
import { clearCalls, raisePage } from '../../src/db/queries/page-calls.ts';
import { raiseDelivery } from '../../src/db/queries/raise-delivery.ts';
import { clearCalling } from '../../src/db/queries/call-under-way.ts';
import { deliveries } from '../../src/db/schema/index.ts';
import type { DeliveryState } from '../../src/domain/delivery.ts';
import { deleteOldRejections } from '../../src/db/queries/rejections.ts';
import { setEventAside } from '../../src/routing/route-batch.ts';
import { newId } from '../../src/ids.ts';
import { takeDueTurn } from '../../src/routing/due.ts';
import { erasedAtOnce } from '../../src/routing/erase.ts';
import { forgetErased } from '../../src/routing/forget-erased.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { tablesWith, whereFound } from '../support/every-table.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';

let database: TestDatabase;
let it: ReturnType<typeof routingOver>;
beforeEach(async () => {
  database = await testDatabase();
  it = routingOver(database.sql, [abandonedCart]);
});
afterEach(() => database[Symbol.asyncDispose]());

const erasure = (ids: Partial<GivenEvent>): GivenEvent => ({ kind: 'erasure', admin: true, ...ids });
const added = (userId: string, cart: string): GivenEvent => ({
  name: 'Product Added',
  userId,
  properties: { cart_id: cart, product_id: 'p1' },
});
const ordered = (userId: string, order: string, total = 5): GivenEvent => ({
  name: 'Order Completed',
  userId,
  properties: { order_id: order, total, products: [{ sku: 'kettle' }] },
});
const customerOf = async (id: string) => (await findCustomer(database.sql, id))!;
const ordersNow = () => database.sql`
  select c.erased_at is not null as erased, value_minor - refunded_minor as worth
  from orders o join customers c on c.id = o.customer_id order by 1, 2`;

/** A part of PostgreSQL's plan, with what it took: rows of one beginning, and how often it was begun. */
interface PlanNode {
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

function rowsThrough(node: PlanNode): number {
  const own = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
  return (node.Plans ?? []).reduce((sum, part) => sum + rowsThrough(part), own + node['Actual Loops']);
}

async function deliver(customerId: string, state: DeliveryState, over: object = {}): Promise<string> {
  const [id, at] = [newId(it.clock), it.clock.now()];
  const said = { at: at.toISOString(), channel: 'email' as const, state, reason: null };
  await database.db.insert(deliveries).values({
    ...{
      id,
      customerId,
      runId: newId(it.clock),
      name: 'abandonedCart',
      message: 'm',
      nth: 1,
      purpose: 'help',
    },
    ...{
      channel: 'email',
      state,
      at,
      verdicts: [{ ...said, words: `${state}: of ada@marker.test` }],
      ...over,
    },
  });
  return id;
}

const ledger = () => database.db.select().from(deliveries).orderBy(deliveries.id);

describe('an erasure has its place in the order', () => {
  test('what came before it in the same batch goes with it; what comes after makes a new person', async () => {
    await it.acceptAndRoute(
      { kind: 'identify', userId: 'ada-lovelace', anonymousId: 'visitor-of-ada', traits: { name: 'Ada' } },
      added('ada-lovelace', 'cart-before'),
      erasure({ userId: 'ada-lovelace' }),
      added('ada-lovelace', 'cart-after'),
      { name: 'x', anonymousId: 'visitor-of-ada' },
    );
    expect(await whereFound(database.sql, ['cart-before', 'Ada"'])).toEqual([
      // Temporal was not told yet to forget it.
      'cart-before: runs',
    ]);
    expect(await customerOf('ada-lovelace')).not.toBe(await customerOf('visitor-of-ada'));
    const people = await database.sql`
      select erased_at is not null as erased, traits, merged_into from customers order by erased_at, id`;
    expect(people).toEqual([
      { erased: true, traits: {}, merged_into: null },
      { erased: false, traits: {}, merged_into: null },
      { erased: false, traits: {}, merged_into: null },
    ]);
    expect(await database.sql`select key, state, outcome from runs order by state`).toEqual([
      { key: '', state: 'closed', outcome: 'erased' },
      { key: 'cart-after', state: 'open', outcome: null },
    ]);
    expect(await database.sql`select kind, done_at from dispatches order by place`).toEqual([
      { kind: 'forget', done_at: null },
      { kind: 'start', done_at: null },
    ]);
  });

  test('it means whoever has the id at that place, by a shop id, and that very customer by an internal one', async () => {
    await it.acceptAndRoute({ name: 'x', userId: 'u-first', anonymousId: 'shared-tablet' });
    const first = await customerOf('u-first');
    await it.acceptAndRoute(
      { name: 'x', userId: 'u-second', anonymousId: 'shared-tablet' },
      erasure({ anonymousId: 'shared-tablet' }),
    );
    expect(await customerOf('u-first')).toBe(first);
    expect(await findCustomer(database.sql, 'u-second')).toBeNull();
    // Whatever stands beside an internal id, also if it is another's by now.
    await it.acceptAndRoute({ name: 'x', userId: 'u-third' });
    await it.acceptAndRoute(erasure({ userId: 'u-third', properties: { customer: first } }));
    expect(await findCustomer(database.sql, 'u-first')).toBeNull();
    expect(await findCustomer(database.sql, 'u-third')).not.toBeNull();
  });

  test('repeated, or of nobody, it changes nothing, and keeps no id itself', async () => {
    await it.acceptAndRoute({ name: 'x', userId: 'ada-lovelace' });
    await it.acceptAndRoute(erasure({ userId: 'ada-lovelace' }));
    const before = await database.sql`select * from customers`;
    it.moveTo('2026-05-02T12:00:00.000Z');
    await it.acceptAndRoute(
      erasure({ userId: 'ada-lovelace' }),
      erasure({ properties: { customer: before[0]!['id'] } }),
      erasure({ userId: 'nobody-at-all' }),
    );
    expect(await database.sql`select * from customers`).toEqual(before);
    expect(await whereFound(database.sql, ['ada-lovelace', 'nobody-at-all'])).toEqual([]);
  });

  test('who was joined goes with the survivor, by the id of either, and several at once', async () => {
    await it.acceptAndRoute({ kind: 'identify', userId: 'ada-old-id', traits: { name: 'Ada Byron' } });
    await it.acceptAndRoute({ kind: 'identify', userId: 'ada-new-id', traits: { name: 'Ada Lovelace' } });
    const old = await customerOf('ada-old-id');
    await it.acceptAndRoute({ kind: 'alias', userId: 'ada-new-id', previousId: 'ada-old-id', admin: true });
    await it.acceptAndRoute({ kind: 'identify', userId: 'grace-hopper', traits: { name: 'Grace' } });
    const markers = ['ada-old-id', 'ada-new-id', 'Ada Byron', 'Ada Lovelace', 'grace-hopper'];
    expect(await whereFound(database.sql, markers)).toHaveLength(markers.length);
    await it.acceptAndRoute(erasure({ properties: { customer: old } }), erasure({ userId: 'grace-hopper' }));
    expect(await whereFound(database.sql, markers)).toEqual([]);
    expect(
      await database.sql`select from customers where forgotten_at is null and merged_into is null`,
    ).toHaveLength(0);
  });
});

test('what somebody waits for, is reached by and was told on the page goes, with the products of their runs', async () => {
  const marks = [
    'ada-visitor',
    'engraved-for-ada',
    'ada-endpoint',
    'ada-on-the-page',
    'ada-look',
    'ada-says-1',
  ];
  const by = { userId: 'ada-lovelace', anonymousId: 'ada-visitor' };
  await it.acceptAndRoute(
    { ...added('ada-lovelace', 'cart-1'), ...by },
    { ...by, name: 'Product Viewed', properties: { sku: 'engraved-for-ada', price: 9, note: 'ada-look' } },
  );
  const id = await customerOf('ada-lovelace');
  const { sql } = database;
  const at = it.clock.now();
  await sql`update events set message_id = 'ada-says-1'`;
  await sql`insert into run_products (run_id, sku) select id, 'engraved-for-ada' from runs where customer_id = ${id}`;
  await sql`
    insert into waiting_entries (id, list, customer_id, sku, since, state, seen_at, seen_minor, seen_currency)
    values (${newId(it.clock)}, 'priceDrop', ${id}, 'engraved-for-ada', ${at}, 'waiting', ${at}, 900, 'USD')`;
  await sql`
    insert into push_subscriptions (id, customer_id, endpoint, keys, created_at)
    values (${newId(it.clock)}, ${id}, 'https://push.example/ada-endpoint', '{}', ${at})`;
  await sql`
    insert into onsite_messages (delivery_id, customer_id, content, placed_at, expires_at)
    values (${newId(it.clock)}, ${id}, '{"title": "ada-on-the-page"}', ${at}, ${at})`;
  await sql`
    insert into onsite_streams (id, anonymous_id, opened_at, there_until)
    values (${newId(it.clock)}, 'ada-visitor', ${at}, ${at})`;
  const found = (await whereFound(sql, marks)).map((line) => line.split(': '));
  expect(found.map(([text]) => text).toSorted()).toEqual(marks.toSorted());
  expect(found.find(([text]) => text === 'engraved-for-ada')![1]).toContain('run_products, waiting_entries');
  await it.acceptAndRoute(erasure({ userId: 'ada-lovelace' }));
  expect(await whereFound(sql, marks)).toEqual([]);
});

describe('what stays', () => {
  test('orders count once, whatever is reported of them later, and for nobody', async () => {
    await it.acceptAndRoute(ordered('ada-lovelace', 'order-4711'), erasure({ userId: 'ada-lovelace' }));
    await it.acceptAndRoute(
      ordered('ada-lovelace', 'order-4711', 7),
      ordered('ada-lovelace', 'order-4712', 9),
    );
    expect(await ordersNow()).toEqual([
      { erased: false, worth: '900' },
      { erased: true, worth: '700' },
    ]);
    await it.acceptAndRoute({
      name: 'Order Refunded',
      userId: 'ada-lovelace',
      properties: { order_id: 'order-4711', total: 2 },
    });
    expect(await ordersNow()).toEqual([
      { erased: false, worth: '900' },
      { erased: true, worth: '500' },
    ]);
    const lines = await database.sql`
      select c.erased_at is not null as erased from order_lines l join customers c on c.id = l.customer_id order by 1`;
    expect(lines).toEqual([{ erased: false }, { erased: true }]);
  });

  test('deliveries count without words: what waits is withheld, what was not taken is cancelled', async () => {
    await it.acceptAndRoute({ name: 'x', userId: 'ada-lovelace' });
    const id = await customerOf('ada-lovelace');
    await deliver(id, 'waiting', { reason: 'paused' });
    await deliver(id, 'intended');
    await deliver(id, 'accepted', { providerId: 'of-ada', arm: 'treated' });
    const flying = await deliver(id, 'intended', { callingAt: it.clock.now() });
    await it.acceptAndRoute(erasure({ userId: 'ada-lovelace' }));
    const found = await ledger();
    expect(found.map(({ state, reason }) => [state, reason])).toEqual([
      ['withheld', 'erased'],
      ['cancelled', 'erased'],
      ['accepted', null],
      ['intended', null],
    ]);
    expect(found[2]).toMatchObject({ arm: 'treated', providerId: null, verdicts: [{ words: 'accepted' }] });
    expect(found.at(-1)).toMatchObject({ id: flying, callingAt: it.clock.now() });
    expect(await whereFound(database.sql, ['marker.test', 'of-ada'])).toEqual([]);
  });

  test('a message in flight ends in the ledger without words and without the provider’s name for it', async () => {
    await it.acceptAndRoute({ name: 'x', userId: 'ada-lovelace' });
    const [id, callingAt] = [await customerOf('ada-lovelace'), it.clock.now()];
    const [taken, refused] = [
      await deliver(id, 'intended', { callingAt }),
      await deliver(id, 'intended', { callingAt }),
    ];
    await it.acceptAndRoute(erasure({ userId: 'ada-lovelace' }));
    const verdict = { at: callingAt.toISOString(), channel: 'email' as const, reason: null };
    await raiseDelivery(database.sql, {
      deliveryId: taken,
      state: 'accepted',
      providerId: 'sg-ada',
      verdict: { ...verdict, state: 'accepted', words: 'accepted: the provider took it as sg-ada' },
    });
    const words = 'intended: the provider did not take it — not for ada';
    const mayCallAgain = await clearCalling(database.sql, {
      ...{ deliveryId: refused, callingAt, verdict: { ...verdict, state: 'intended', words } },
    });
    expect(mayCallAgain).toBe(false);
    expect(
      (await ledger()).map(({ state, reason, callingAt: at, providerId }) => [state, reason, at, providerId]),
    ).toEqual([
      ['accepted', null, null, null],
      ['cancelled', 'erased', null, null],
    ]);
    expect(await whereFound(database.sql, ['sg-ada', 'not for ada'])).toEqual([]);
  });

  test('so do the messages of a page that was under way', async () => {
    await it.acceptAndRoute({ name: 'x', userId: 'ada-lovelace' });
    const [id, callingAt] = [await customerOf('ada-lovelace'), it.clock.now()];
    const taken = await deliver(id, 'intended', { callingAt });
    const refused = await deliver(id, 'intended', { callingAt });
    await it.acceptAndRoute(erasure({ userId: 'ada-lovelace' }));
    const said = { at: callingAt.toISOString(), channel: 'email' as const, reason: null };
    const verdict = {
      ...said,
      state: 'accepted' as const,
      words: 'accepted: the provider took it as sg-ada',
    };
    await raisePage(database.sql, {
      state: 'accepted',
      news: [{ id: taken, verdict, providerId: 'sg-ada' }],
    });
    const again = { ...said, state: 'intended' as const, words: 'intended: not for sg-ada' };
    await clearCalls(database.sql, { ids: [refused], callingAt, verdict: again });
    const found = await ledger();
    expect(found.map(({ state, reason, providerId }) => [state, reason, providerId])).toEqual([
      ['accepted', null, null],
      ['cancelled', 'erased', null],
    ]);
    expect(await whereFound(database.sql, ['sg-ada'])).toEqual([]);
  });

  test('every table that names a customer is emptied, or stays for a reason', async () => {
    const known = [...erasedTables, ...Object.keys(keptTables)];
    expect((await tablesWith(database.sql, 'customer_id')).sort()).toEqual(known.sort());
  });
});

describe('what was refused', () => {
  const reject = (detail: string, item: unknown) => database.sql`
    insert into rejections (id, at, stage, code, detail, item)
    values (${newId(it.clock)}, ${it.clock.now()}, 'ingestion', 'malformed-message', ${detail},
      ${JSON.stringify(item)}::text::jsonb)`;
  const left = async () =>
    (await database.sql`select detail from rejections order by id`).map((row) => row['detail'] as string);
  const exported = async (userId: string) =>
    database.sql.begin(async (tx) => {
      const rows = await exportSections['rejections']!(
        tx,
        await exportedPerson(tx, await customerOf(userId), 'secret'),
      );
      return rows.map((row) => row['detail'] as string);
    });

  test('goes when it names them: by an id, by an address anywhere, broken or not; others stay', async () => {
    await it.acceptAndRoute(
      {
        kind: 'identify',
        userId: 'ada-1',
        anonymousId: '7',
        traits: { email: 'Ada@Marker.test', phone: '+15550001' },
      },
      { name: 'x', userId: 'ada-12' },
    );
    await reject('an id', { userId: 'ada-12', event: 3 });
    await reject('a number as an id', { anonymousId: 7 });
    await reject('somewhere else', { type: 'track', properties: { quantity: 7, seller: 'ada-1234' } });
    await reject('of nobody', { type: 'track', properties: { to: 'bob@marker.test' } });
    await reject('an address', { type: 'track', properties: { url: 'https://s.test/?e=ada@marker.test' } });
    await reject('a broken one', { json: '{"traits":{"phone":"+15550001","x":"' });
    await reject('userId: expected an id, got "ada-1"', null);
    await it.acceptAndRoute(erasure({ userId: 'ada-1' }));
    expect(await left()).toEqual(['an id', 'somewhere else', 'of nobody']);
  });

  test('stays when only what a person calls themselves stands in it, or a part of another’s address', async () => {
    await it.acceptAndRoute(
      { kind: 'identify', userId: 'u-blank', traits: { email: '', phone: '123' } },
      {
        kind: 'identify',
        userId: 'u-word',
        anonymousId: 'properties',
        traits: { email: 'track', phone: '2026-05-01' },
      },
      { kind: 'identify', userId: 'u-an', traits: { email: ' an@gmx.test ', phone: '4711123' } },
    );
    const stefan = {
      type: 'track',
      userId: 'stefan',
      properties: { to: 'stefan@gmx.test', n: 4711123, on: '2026-05-01' },
    };
    await reject('of stefan', stefan);
    await reject('of stefan, broken', { json: JSON.stringify({ ...stefan, to: 'an@gmx.test.example' }) });
    await reject('"properties" is nested over the bound of 32 levels.', null);
    const [seq] = await it.accept({ name: 'x', userId: 'stefan', properties: { to: 'stefan@gmx.test' } });
    await setEventAside(it.context, { seq: seq!, code: 'cannot-be-routed', detail: 'set aside' });
    const everything = await left();
    expect(everything).toHaveLength(4);
    for (const userId of ['u-blank', 'u-word', 'u-an']) {
      expect(await exported(userId)).toEqual([]);
      await it.acceptAndRoute(erasure({ userId }));
    }
    expect(await left()).toEqual(everything);
    expect(await whereFound(database.sql, ['stefan@gmx.test'])).toEqual([
      'stefan@gmx.test: events, rejections',
    ]);
  });

  test('is found by what stands where an id or an address stands, however it was kept', async () => {
    const userId = 'an "quoted" \\ id';
    const traits = { email: 'an@gmx.test', phone: '4711123' };
    await it.acceptAndRoute({ kind: 'identify', userId, anonymousId: '7', traits });
    await reject('broken', { json: JSON.stringify({ userId, x: 1 }).slice(0, -3) });
    await reject('a broken line', `{"x": 1, "userId" : ${JSON.stringify(userId)}, `);
    await reject('a long broken line', {
      json: JSON.stringify(JSON.stringify({ userId, x: 1 })).slice(0, -5),
    });
    await reject('a number', '{"anonymousId":7,"x":');
    await reject('userId: expected an id, got ' + JSON.stringify(userId), null);
    await reject('in a text', { properties: { text: 'Write to\nan@gmx.test.' } });
    await reject('in a link', { properties: { url: 'https://s.test/?e=AN@gmx.test&n=1' } });
    await reject('a phone', { traits: { phone: 4711123 } });
    expect(await exported(userId)).toEqual(await left());
    await it.acceptAndRoute(erasure({ userId }));
    expect(await left()).toEqual([]);
  });

  test('is looked for once, however many ids a person has', async () => {
    await it.acceptAndRoute({ name: 'x', userId: 'ada-lovelace' });
    await database.sql`
      insert into customer_ids (kind, external_id, customer_id, at)
      select 'anonymous', 'visitor-' || n, ${await customerOf('ada-lovelace')}, ${it.clock.now()}
      from generate_series(1, 500) n`;
    await database.sql`
      insert into rejections (id, at, stage, code, detail, item)
      select gen_random_uuid(), ${it.clock.now()}, 'ingestion', 'malformed-message', 'x',
        jsonb_build_object('userId', 'other-' || n, 'text', repeat('x', 500))
      from generate_series(1, 2000) n`;
    const [row] = await database.sql.begin(async (tx) => {
      const { names } = await exportedPerson(tx, await customerOf('ada-lovelace'), 'secret');
      expect(names.ids).toHaveLength(501);
      return tx<{ 'QUERY PLAN': [{ Plan: PlanNode }] }[]>`
        explain (analyze, format json) ${rejectionsOf(tx, names)}`;
    });
    // What every part of the plan went through, each time it was begun: were it once for each id, a million.
    expect(rowsThrough(row!['QUERY PLAN'][0].Plan)).toBeLessThan(10 * 2_000);
  });

  test('goes with its event when routing had set it aside', async () => {
    await it.acceptAndRoute({ name: 'x', userId: 'ada-lovelace' }, { name: 'x', userId: 'grace-hopper' });
    const [seq] = await it.accept({
      ...{ kind: 'alias', userId: 'ada-lovelace', previousId: 'grace-hopper' },
      context: { page: 'of-the-marker' },
    });
    await expect(it.route()).rejects.toThrow();
    await setEventAside(it.context, { seq: seq!, code: 'alias-needs-admin', detail: 'of two' });
    expect(await whereFound(database.sql, ['of-the-marker'])).toEqual(['of-the-marker: events, rejections']);
    await it.acceptAndRoute(erasure({ userId: 'grace-hopper' }));
    expect(await whereFound(database.sql, ['of-the-marker', 'grace-hopper'])).toEqual([]);
  });
});

test('what routing set aside is kept as long as its reason, and not beyond: no erasure would find it', async () => {
  const [seq] = await it.accept({ name: 'x', userId: 'ada-lovelace' });
  await setEventAside(it.context, { seq: seq!, code: 'cannot-be-routed', detail: 'x' });
  await it.acceptAndRoute({ name: 'y', userId: 'ada-lovelace' });
  await deleteOldRejections(database.sql, new Date('2026-05-15T11:59:59Z'));
  expect(await database.sql`select from events`).toHaveLength(2);
  expect(await deleteOldRejections(database.sql, new Date('2026-05-15T12:00:01Z'))).toBe(1);
  expect(await database.sql`select name from events`).toEqual([{ name: 'y' }]);
});

test('of who has very many events the rest goes in turns, and the row says so until then', async () => {
  await it.acceptAndRoute({ name: 'x', userId: 'ada-lovelace' });
  const id = await customerOf('ada-lovelace');
  const many = erasedAtOnce + 600;
  await database.sql`
    with e as (
      insert into events (id, message_id, kind, name, user_id, admin, body, occurred_at, received_at)
      select gen_random_uuid(), 'm' || n, 'track', 'x', 'ada-lovelace', false, '{}', ${it.clock.now()}, ${it.clock.now()}
      from generate_series(2, ${many}) n returning seq)
    insert into customer_events (seq, customer_id, name, occurred_at)
    select seq, ${id}, 'x', ${it.clock.now()} from e`;
  const state = async () =>
    (
      await database.sql`
        select forgotten_at is not null as forgotten,
          (select count(*)::int from customer_events) as facts,
          (select count(*)::int from events where kind <> 'erasure') as events from customers`
    )[0];
  await it.acceptAndRoute(erasure({ userId: 'ada-lovelace' }));
  expect(await findCustomer(database.sql, 'ada-lovelace')).toBeNull();
  expect(await state()).toEqual({ forgotten: false, facts: 600, events: 600 });
  expect((await takeDueTurn(it.context, [forgetErased], 50)).isMore).toBe(true);
  expect(await state()).toEqual({ forgotten: false, facts: 100, events: 100 });
  expect((await takeDueTurn(it.context, [forgetErased], 50)).isMore).toBe(false);
  expect(await state()).toEqual({ forgotten: true, facts: 0, events: 0 });
});
