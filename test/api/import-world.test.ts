import { expect, test } from 'vitest';
import { admin, testApi, type Answer } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';
import { routingOver } from '../support/routing.ts';
import { looked, stocked, testWatch } from '../support/watches.ts';

async function setup() {
  const database = await testDatabase();
  const { sql } = database;
  const routing = routingOver(sql, [], '2026-05-01T12:00:00.000Z', [testWatch()]);
  const api = await testApi({ database, clock: routing.clock });
  return {
    ...routing,
    sql,
    api,
    post: (path: string, lines: readonly unknown[], more = '') =>
      api.post(
        `/v1/import/${path}`,
        lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('') + more,
        admin,
      ),
    product: async (sku: string) => (await api.get(`/v1/products/${sku}`)).body as Record<string, unknown>,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

const counts = ({ body }: Answer) =>
  ['lines', 'accepted', 'duplicates', 'rejected'].map((name) => body[name] as number);
const pot = { sku: 'pot', title: 'Pot', price: 19.99, currency: 'EUR', category: 'Pots' };
const at = (time: string) => `2026-05-01T${time}:00.000Z`;

test('products come with prices, and stock by location; wrong lines are said one by one', async () => {
  await using it = await setup();
  const answer = await it.post('products?name=feed', [
    {
      ...pot,
      stock: [
        { location: 'north', available: 3 },
        { available: 4, location: 'south' },
      ],
    },
    { ...pot, sku: 'pan', price: 'cheap' },
    'no json',
    '',
    { ...pot, sku: 'lid', currency: undefined, available: 0 },
    { ...pot, sku: 'cup', title: 'Cup' },
    { ...pot, sku: 'cup', title: 'Cup, again' },
    { ...pot, sku: 'jug', stock: [{ available: -1 }] },
  ]);
  expect([answer.status, ...counts(answer)]).toEqual([200, 8, 3, 1, 3]);
  expect(answer.body['refusals']).toMatchObject([
    { line: 2, code: 'malformed-message', detail: expect.stringContaining('price') as string },
    { line: 3, code: 'malformed-json' },
    { line: 8, code: 'malformed-message', detail: expect.stringContaining('stock[0].available') as string },
  ]);
  expect(await it.product('pot')).toMatchObject({
    ...{ price: 1999, available: 7, soldOutAt: null, category: 'Pots' },
    stock: [
      { location: 'north', available: 3 },
      { location: 'south', available: 4 },
    ],
    prices: [{ price: 1999, since: at('12:00'), source: 'kairos:products' }],
  });
  expect(await it.product('lid')).toMatchObject({ currency: 'USD', available: 0, soldOutAt: at('12:00') });
  expect(await it.product('cup')).toMatchObject({ title: 'Cup, again', available: null });
  const again = await it.post('products?name=feed-again', [pot, { ...pot, sku: 'lid', price: 5 }]);
  expect(counts(again), 'what is so already is no news').toEqual([2, 1, 1, 0]);
  expect((await it.api.get('/v1/import/feed')).body).toMatchObject({ kind: 'products', lines: 8 });
});

test('stock and prices fall into their times; an import wakes nobody, and what is reported next does', async () => {
  await using it = await setup();
  await it.post('products', [pot]);
  const prices = [
    { sku: 'pot', price: 25, currency: 'EUR', time: at('08:00') },
    { sku: 'pot', price: 22, currency: 'EUR', time: at('10:00') },
    { sku: 'pot', price: -1 },
  ];
  expect(counts(await it.post('prices', prices))).toEqual([3, 2, 0, 1]);
  const stock = [
    { sku: 'pot', available: 5, time: at('09:00') },
    { sku: 'pot', available: 0, time: at('10:00') },
    { sku: 'pot', available: 3, time: at('09:30'), source: 'kairos:products' },
    { sku: 'pot', available: 'many' },
  ];
  expect(counts(await it.post('stock', stock))).toEqual([4, 3, 0, 1]);
  const { prices: history, ...now } = await it.product('pot');
  expect(now).toMatchObject({ price: 1999, available: 0, soldOutAt: at('10:00') });
  expect((history as { price: number }[]).map(({ price }) => price)).toEqual([1999, 2200, 2500]);
  expect(await it.sql`select 1 from events`).toHaveLength(0);
  expect(await it.sql`select 1 from runs`).toHaveLength(0);
  await it.acceptAndRoute(looked('u', 'pot', { at: at('11:00') }));
  expect(await it.sql`select sku from waiting_entries`).toEqual([{ sku: 'pot' }]);
  await it.acceptAndRoute(stocked('pot', 2, { at: at('11:30') }));
  expect(await it.sql`select subject, carries ->> 'wake' as wake from runs`).toEqual([
    { subject: 'pot', wake: 'restocked' },
  ]);
});

test('a feed that is sent again under its name goes on where it stopped; another file is refused', async () => {
  await using it = await setup();
  const feed = Array.from({ length: 4_100 }, (_, n) => ({ ...pot, sku: `p${n}`, available: n % 3 }));
  expect(counts(await it.post('products?name=big', feed.slice(0, 2_050)))).toEqual([2_050, 2_050, 0, 0]);
  expect(counts(await it.post('products?name=big', feed))).toEqual([4_100, 4_100, 0, 0]);
  const [row] = await it.sql`
    select (select count(*)::int from products) as products, (select count(*)::int from stock) as stock,
      (select count(*)::int from price_history) as prices`;
  expect(row).toEqual({ products: 4_100, stock: 4_100, prices: 4_100 });
  const other = await it.post('products?name=big', [{ ...pot, title: 'x' }, ...feed]);
  expect(other.body).toMatchObject({ code: 'import-differs' });
});
