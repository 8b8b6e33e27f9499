import { expect, test } from 'vitest';
import { abandonedCart } from '../support/abandoned-cart.ts';
import { testDatabase } from '../support/database.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';
import { bought, looked, stocked, testWatch } from '../support/watches.ts';

async function setup() {
  const database = await testDatabase();
  const { sql } = database;
  const routing = routingOver(sql, [abandonedCart], '2026-05-01T12:00:00.000Z', [testWatch()]);
  return {
    ...routing,
    sql,
    imported: (...events: GivenEvent[]) =>
      routing.acceptAndRoute(...events.map((event) => ({ ...event, imported: true, admin: true }))),
    runs: () => sql`select key, state, outcome from runs order by key`,
    told: () => sql`select kind from dispatches order by place`,
    carts: async () =>
      (
        await sql<{ key: string; lines: { line: string }[] }[]>`select key, lines from carts order by key`
      ).map(({ key, lines }) => [key, ...lines.map(({ line }) => line)]),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

const at = (time: string) => ({ at: `2026-05-01T${time}:00.000Z` });
const added = (cart: string, sku: string, time: string): GivenEvent => ({
  ...{ name: 'Product Added', userId: 'u1', ...at(time) },
  properties: { cart_id: cart, sku, price: 19.99, quantity: 1 },
});

test('what was imported starts nothing, reaches no run and fills no cart; it counts as a fact', async () => {
  await using it = await setup();
  await it.acceptAndRoute(added('c1', 'pot', '11:00'));
  await it.imported(added('c1', 'pan', '11:30'), added('c2', 'lid', '11:40'));
  expect(await it.runs()).toEqual([{ key: 'c1', state: 'open', outcome: null }]);
  expect(await it.told()).toEqual([{ kind: 'start' }]);
  expect(await it.sql`select last_activity_at from runs`).toEqual([
    { last_activity_at: new Date(at('11:00').at) },
  ]);
  expect(await it.carts()).toEqual([['c1', 'pot']]);
  expect(
    await it.sql`select count(*)::int as facts from customer_events where name = 'Product Added'`,
  ).toEqual([{ facts: 3 }]);
});

test('an imported order ends the run that it would have ended, takes out of the cart what it bought, and lets nothing begin that is older', async () => {
  await using it = await setup();
  await it.acceptAndRoute(added('c1', 'pot', '10:00'), added('c1', 'pan', '11:30'));
  await it.imported(bought('u1', ['pot'], at('11:00')));
  expect(await it.runs()).toEqual([{ key: 'c1', state: 'closed', outcome: 'ordered' }]);
  expect(await it.told()).toEqual([{ kind: 'start' }, { kind: 'end' }]);
  expect(await it.carts(), 'what came after the order stays').toEqual([['c1', 'pan']]);
  await it.acceptAndRoute(added('c3', 'lid', '10:30'));
  expect(await it.runs()).toHaveLength(1);
  expect(await it.sql`select order_id, value_minor::int as value, ordered_at from orders`).toEqual([
    { order_id: 'order of u1', value: 1000, ordered_at: new Date(at('11:00').at) },
  ]);
});

test('an imported order from before a run began does not end it', async () => {
  await using it = await setup();
  await it.acceptAndRoute(added('c1', 'pot', '11:00'));
  await it.imported(bought('u1', ['pot'], { at: '2024-05-01T00:00:00Z' }));
  expect(await it.runs()).toEqual([{ key: 'c1', state: 'open', outcome: null }]);
  expect(await it.carts()).toEqual([['c1', 'pot']]);
});

test('who looked long ago does not begin to wait; who bought waits no longer', async () => {
  await using it = await setup();
  await it.acceptAndRoute(stocked('pot', 0, at('09:00')), looked('u1', 'pot', at('10:00')));
  await it.imported(looked('u2', 'pot', at('10:00')), bought('u1', ['pot'], at('10:30')));
  expect(await it.sql`select state, reason from waiting_entries`).toEqual([
    { state: 'closed', reason: 'bought' },
  ]);
});

test('traits with their origin and consents with their source take effect; what came live later stays', async () => {
  await using it = await setup();
  const consent = (state: boolean, time: string): GivenEvent => ({
    ...{ kind: 'identify', userId: 'u1', ...at(time) },
    context: { consent: { channels: { email: state } } },
  });
  await it.acceptAndRoute({ ...consent(false, '11:00'), traits: { city: 'Graz' } });
  await it.imported({
    ...{ kind: 'identify', userId: 'u1', ...at('11:30'), traits: { city: 'Linz', tier: 'gold' } },
    context: {
      traitsOrigin: 'bought-in',
      consent: {
        channels: {
          email: { state: 'granted', wording: 'May we?', at: '2026-04-01T00:00:00Z' },
          'sms:news': true,
          fax: true,
        },
        source: 'import pos',
      },
    },
  });
  const [customer] = await it.sql<{ traits: Record<string, { value: unknown; origin: string }> }[]>`
    select traits from customers`;
  expect(customer!.traits).toMatchObject({
    city: { value: 'Graz', origin: 'observed' },
    tier: { value: 'gold', origin: 'bought-in' },
  });
  expect(
    await it.sql`select channel, topic, state, source, wording, at from consents order by at, channel`,
  ).toEqual([
    {
      ...{ channel: 'email', topic: '', state: 'granted', source: 'import pos', wording: 'May we?' },
      at: new Date('2026-04-01T00:00:00Z'),
    },
    {
      ...{ channel: 'email', topic: '', state: 'denied', source: 'identify', wording: null },
      at: new Date(at('11:00').at),
    },
    {
      ...{ channel: 'sms', topic: 'news', state: 'granted', source: 'import pos', wording: null },
      at: new Date(at('11:30').at),
    },
  ]);
});
