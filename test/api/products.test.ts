import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { journeyDefinitions } from '../../workflows/definitions.ts';
import { skusByProductId } from '../../src/db/queries/skus-by-product-id.ts';
import { namedProduct, skuOf } from '../../src/domain/sku-of.ts';
import { admin, testApi, write } from '../support/api.ts';
import { cloudEvent, postEvents } from '../support/cloud-events.ts';
import { testDatabase } from '../support/database.ts';
import { routingOver } from '../support/routing.ts';

const shirt = {
  sku: 'shirt-red-m',
  product_id: 'shirt',
  title: 'Red shirt, M',
  price: 19.99,
  currency: 'EUR',
  category: 'Shirts',
  url: 'https://shop.example/p/shirt?size=m&colour=red',
  image_url: 'https://shop.example/i/shirt.jpg',
  substitutes: ['shirt-blue-m', 'shirt-red-m', 'shirt-blue-m'],
  available: 4,
  rating: 4.6,
  reviews: [{ author: 'Ada', rating: 5, text: 'Two\nlines' }],
};

async function setup() {
  const database = await testDatabase();
  const routing = routingOver(database.sql, journeyDefinitions());
  const api = await testApi({ database, clock: routing.clock });
  return {
    database,
    api,
    routing,
    put: (body: unknown, headers?: Record<string, string>) => api.put('/v1/products', body, headers),
    get: (sku: string) => api.get(`/v1/products/${encodeURIComponent(sku)}`),
    events: () => database.sql<Record<string, unknown>[]>`
      select name, source, subject, body->'properties' as data, occurred_at as at from events order by seq`,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('products are put with what they say of stock and price, and shown with what is so now', async () => {
  await using s = await setup();
  const answer = await s.put([
    shirt,
    { sku: 'P 2/ü', title: 'Plain', price: '5', category: ' ', url: ' ', currency: '' },
  ]);
  expect([answer.status, answer.body]).toEqual([200, { accepted: 2, changed: 2 }]);
  const at = s.routing.clock.now();
  const by = { source: 'kairos:products', at };
  expect(await s.events()).toEqual([
    { ...by, name: 'stock.changed', subject: 'shirt-red-m', data: { available: 4, location: '' } },
    { ...by, name: 'price.changed', subject: 'shirt-red-m', data: { priceMinor: 1999, currency: 'EUR' } },
    { ...by, name: 'price.changed', subject: 'P 2/ü', data: { priceMinor: 500, currency: 'USD' } },
  ]);
  await s.routing.route();
  expect((await s.get('shirt-red-m')).body).toEqual({
    sku: 'shirt-red-m',
    product_id: 'shirt',
    title: 'Red shirt, M',
    price: 1999,
    currency: 'EUR',
    category: 'Shirts',
    url: 'https://shop.example/p/shirt?size=m&colour=red',
    image_url: 'https://shop.example/i/shirt.jpg',
    substitutes: ['shirt-blue-m'],
    rating: 4.6,
    reviews: [{ author: 'Ada', rating: 5, text: 'Two\nlines' }],
    available: 4,
    soldOutAt: null,
    variants: [],
    stock: [{ location: null, available: 4, at: at.toISOString(), source: 'kairos:products' }],
    prices: [{ price: 1999, currency: 'EUR', since: at.toISOString(), source: 'kairos:products' }],
    updatedAt: at.toISOString(),
  });
  expect((await s.get('P 2/ü')).body).toMatchObject({
    title: 'Plain',
    category: null,
    url: null,
    available: null,
    substitutes: [],
    reviews: [],
  });
  const unknown = await s.get('nothing');
  expect([unknown.status, unknown.body.code, unknown.body.detail]).toEqual([
    404,
    'unknown-product',
    'The catalogue has no product with the sku "nothing", and no stock or price was reported of it.',
  ]);
});

test('of a sku that the catalogue lacks it is answered what was reported', async () => {
  await using s = await setup();
  await postEvents(s.api, [
    cloudEvent({ type: 'stock.changed', subject: 'lamp', data: { available: 3 } }),
    cloudEvent({ type: 'price.changed', subject: 'lamp', data: { price: 5, currency: 'EUR' } }),
  ]);
  await s.routing.route();
  expect((await s.get('lamp')).body).toMatchObject({
    ...{ sku: 'lamp', title: null, price: 500, currency: 'EUR', available: 3, substitutes: [], reviews: [] },
    ...{ stock: [{ available: 3 }], prices: [{ price: 500 }], variants: [], updatedAt: null },
  });
});

test('a sku that is a number is taken as its text', async () => {
  await using s = await setup();
  await s.put([{ ...shirt, sku: 4711, substitutes: [4712] }]);
  await s.routing.route();
  expect((await s.get('4711')).body).toMatchObject({ sku: '4711', substitutes: ['4712'] });
});

test('a product shows its variants, the stock at each location that counts, and what it cost', async () => {
  await using s = await setup();
  const size = (letter: string, more = {}) => ({ ...shirt, sku: `shirt-${letter}`, title: letter, ...more });
  await s.put([size('m'), size('l', { price: 24, available: null }), { ...size('x'), product_id: 'coat' }]);
  await s.routing.route();
  const at = (time: string) => `2026-05-01T${time}:00.000Z`;
  s.routing.moveTo(at('15:00'));
  const says = (type: string, data: object, time: string) =>
    cloudEvent({ type, subject: 'shirt-m', data, time: at(time) });
  await postEvents(s.api, [
    says('stock.changed', { available: 7, location: 'attic' }, '13:00'),
    says('stock.changed', { available: 0, location: 'shop' }, '14:00'),
    says('price.changed', { price: 17, currency: 'EUR' }, '13:00'),
    says('price.changed', { price: 17, currency: 'EUR' }, '14:00'),
    says('price.changed', { price: 22, currency: 'EUR' }, '11:00'),
  ]);
  await s.routing.route();
  const { body } = await s.get('shirt-m');
  expect(body).toMatchObject({
    price: 1700,
    available: 7,
    stock: [{ location: 'attic' }, { location: 'shop' }],
  });
  const { variants, prices } = body as unknown as {
    variants: unknown;
    prices: { price: number; since: string }[];
  };
  expect(variants).toEqual([{ sku: 'shirt-l', title: 'l', price: 2400, currency: 'EUR', available: null }]);
  expect(prices.map(({ price, since }) => [price, since])).toEqual([
    ...[
      [1700, at('13:00')],
      [1999, at('12:00')],
    ],
    [2200, at('11:00')],
  ]);
});

test('a put takes the place of the product, and of no other; the same again changes nothing', async () => {
  await using s = await setup();
  await s.put([shirt, { ...shirt, sku: 'other' }]);
  await s.routing.route();
  const first = await s.get('shirt-red-m');
  s.routing.moveTo('2026-05-02T00:00:00Z');
  expect((await s.put([shirt])).body).toEqual({ accepted: 1, changed: 0 });
  await s.routing.route();
  const again = (await s.get('shirt-red-m')).body as unknown as { stock: object[] };
  const stock = [{ ...again.stock[0], at: '2026-05-01T12:00:00.000Z' }];
  expect({ ...again, stock }, 'only the report of the stock is newer').toEqual(first.body);
  // What a product leaves out it has no more; stock that is not reported stays as it was.
  expect((await s.put([{ sku: 'shirt-red-m', title: 'Shirt', price: 10 }])).body).toMatchObject({
    changed: 1,
  });
  await s.routing.route();
  expect((await s.get('shirt-red-m')).body).toMatchObject({
    title: 'Shirt',
    price: 1000,
    currency: 'USD',
    category: null,
    substitutes: [],
    available: 4,
    updatedAt: '2026-05-02T00:00:00.000Z',
  });
  expect((await s.get('other')).body).toMatchObject({ title: 'Red shirt, M', available: 4 });
});

test('a put and a report of the warehouse act in the order in which they came', async () => {
  await using s = await setup();
  await s.put([shirt]);
  s.routing.moveTo('2026-05-02T00:00:00Z');
  await postEvents(s.api, cloudEvent({ subject: 'shirt-red-m', data: { available: 0 } }));
  await s.routing.route();
  expect((await s.get('shirt-red-m')).body).toMatchObject({
    available: 0,
    soldOutAt: '2026-05-02T00:00:00.000Z',
  });
  s.routing.moveTo('2026-05-03T00:00:00Z');
  await s.put([shirt]);
  await s.routing.route();
  expect((await s.get('shirt-red-m')).body).toMatchObject({ available: 4, soldOutAt: null });
});

test('a report that names its time in whole seconds is no older than a put of the same second before it', async () => {
  await using s = await setup();
  s.routing.moveTo('2026-05-02T00:00:05.200Z');
  await s.put([{ ...shirt, available: 0 }]);
  s.routing.moveTo('2026-05-02T00:00:05.900Z');
  const report = (time: string, available: number) =>
    postEvents(s.api, cloudEvent({ subject: 'shirt-red-m', time, data: { available } }));
  await report('2026-05-02T00:00:05Z', 7);
  // These say exactly when; and a second that is over is over.
  await report('2026-05-02T00:00:05.100Z', 8);
  await report('2026-05-02T00:00:04Z', 9);
  await s.routing.route();
  expect((await s.get('shirt-red-m')).body).toMatchObject({ available: 7 });
});

test('what is read waits for what was reported before it, and is what is known when that takes long', async () => {
  await using s = await setup();
  await s.put([shirt]);
  const early = s.get('shirt-red-m');
  await s.routing.route();
  expect((await early).body).toMatchObject({ available: 4 });
  await s.put([{ ...shirt, available: 9 }]);
  const never = await s.get('shirt-red-m');
  expect([never.status, never.body['available']]).toEqual([200, 4]);
});

test('one wrong product refuses all of them, and each place is named', async () => {
  await using s = await setup();
  const refused = async (body: unknown) => {
    const answer = await s.put(body);
    return [answer.status, answer.body.code, answer.body['errors'] ?? answer.body.detail];
  };
  const places = async (...products: object[]) => {
    const [status, code, errors] = await refused(products);
    expect([status, code]).toEqual([400, 'malformed-body']);
    return (errors as { place: string; detail: string }[]).map(({ place, detail }) => `${place}: ${detail}`);
  };
  expect(await places(shirt, { ...shirt, sku: undefined, price: '1,50' }, { ...shirt, title: ' ' })).toEqual([
    '[1].sku: expected a sku: a text of 1 to 255 characters in one line, got nothing',
    '[1].price: expected an amount of the major unit, 0 or more, such as 19.99, got "1,50"',
    '[2].title: expected a title: a text of 1 to 255 characters in one line, got an empty string',
  ]);
  expect(await places(shirt, { ...shirt, sku: 'x' }, shirt)).toEqual([
    '[2].sku: is "shirt-red-m", as of [0]; name each sku once',
  ]);
  for (const url of [
    'javascript:alert(1)',
    'https://',
    '//shop.example',
    'https://a"onload="x',
    'ftp://x/y',
    7,
  ]) {
    expect(await places({ ...shirt, url }), String(url)).toEqual([
      expect.stringMatching(/^\[0\]\.url: expected an address that begins with http/),
    ]);
  }
  expect(await places({ ...shirt, image_url: `https://a/${'x'.repeat(2_048)}` })).toHaveLength(1);
  expect(await places({ ...shirt, available: 1.5 })).toHaveLength(1);
  expect(await places({ ...shirt, rating: 11, reviews: [{ author: 'x', rating: 'y', text: 'z' }] })).toEqual([
    '[0].rating: expected a rating from 0 to 5, got number 11',
    '[0].reviews[0].rating: expected a rating from 0 to 5, got "y"',
  ]);
  expect(await places({ ...shirt, currency: 'XQX' })).toEqual([
    '[0].currency: expected a code of ISO 4217, such as "EUR", got "XQX"',
  ]);
  expect(await places({ ...shirt, substitutes: Array(101).fill('a') })).toEqual([
    '[0].substitutes: expected 100 at most, got an array of 101',
  ]);
  // A place is named once, whatever else a schema has to say of what is no text at all.
  expect(await places({ ...shirt, sku: [], price: 1e300 })).toEqual([
    '[0].sku: expected a sku: a text of 1 to 255 characters in one line, got an empty array',
  ]);
  expect(await places({ ...shirt, price: 1e300 })).toEqual([
    '[0].price: expected an amount of the major unit, 0 or more, such as 19.99, got number 1e+300',
  ]);
  expect((await refused({ products: [shirt] }))[2]).toEqual([
    { place: '', detail: 'expected an array of products, got an object' },
  ]);
  const many = Array.from({ length: 1_001 }, (_, n) => ({ sku: `s${n}`, title: 'x', price: 1 }));
  expect((await refused(many))[2]).toEqual([
    { place: '', detail: 'expected 1000 products at most, got an array of 1001' },
  ]);
  const wrong = await s.put(many.slice(0, 300).map(({ sku }) => ({ sku })));
  expect(wrong.body.detail).toMatch(/; and 597 more$/);
  expect(wrong.body['errors']).toHaveLength(100);
  expect((await refused([{ ...shirt, title: 'a\u0000b' }]))[1]).toBe('unstorable-text');
  expect((await refused(gzipSync(' '.repeat(5_200_000))))[0]).toBe(400);
  expect(await s.events()).toEqual([]);
  expect((await s.get('shirt-red-m')).status).toBe(404);
  expect((await s.put([])).body).toEqual({ accepted: 0, changed: 0 });
});

test('only the admin key reads and writes the catalogue', async () => {
  await using s = await setup();
  expect((await s.put([shirt], {})).status).toBe(401);
  expect((await s.put([shirt], write)).status).toBe(403);
  expect((await s.api.get('/v1/products/x', write)).status).toBe(403);
  expect((await s.api.get('/v1/products')).status).toBe(405);
  const zipped = await s.put(gzipSync(JSON.stringify([shirt])), { ...admin, 'content-encoding': 'gzip' });
  expect(zipped.body).toMatchObject({ accepted: 1 });
});

test('puts of the same products at once leave the price of the one that came last, everywhere', async () => {
  await using s = await setup();
  let ms = Date.parse('2026-05-01T12:00:00Z');
  const clock = createClock(realTime, () => (ms += 1));
  await using api = await testApi({ database: s.database, clock });
  const skus = Array.from({ length: 50 }, (_, n) => `s${n}`);
  const put = (price: number, order: string[]) =>
    api.put(
      '/v1/products',
      order.map((sku) => ({ sku, title: 'x', price, available: price })),
    );
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => put(n + 1, n % 2 === 0 ? skus : [...skus].reverse())),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
  while ((await s.routing.route(5_000)).kind === 'routed' && (await unrouted(s)) > 0);
  const rows = await s.database.sql<{ price: number; said: number; units: number }[]>`
    select p.price_minor::int as price, n.price_minor::int as said, s.units::int * 100 as units
    from products p join prices n using (sku) join stock s using (sku)`;
  expect(rows).toHaveLength(50);
  expect(rows.filter(({ price, said, units }) => price !== said || price !== units)).toEqual([]);
});

async function unrouted({ database }: Awaited<ReturnType<typeof setup>>): Promise<number> {
  const [row] = await database.sql<{ n: number }[]>`select count(*)::int as n from unrouted`;
  return row!.n;
}

test('an event means a sku, else the product with that product_id, else product_id taken as the sku', async () => {
  await using s = await setup();
  await s.put([
    { sku: 'b', product_id: 7, title: 'x', price: 1 },
    { sku: 'a', product_id: '7', title: 'x', price: 1 },
  ]);
  const skus = await skusByProductId(s.database.sql, ['7', '8', '7']);
  expect(skus).toEqual(new Map([['7', 'a']]));
  const table: [Record<string, unknown>, string | null][] = [
    [{ sku: 'z', product_id: '7' }, 'z'],
    [{ product_id: 7 }, 'a'],
    [{ product_id: '8' }, '8'],
    [{ sku: ' ', product_id: ' 7 ' }, 'a'],
    [{ sku: 'x'.repeat(256) }, null],
    [{ sku: {}, product_id: null }, null],
    [{}, null],
  ];
  for (const [properties, sku] of table)
    expect(skuOf(namedProduct(properties), skus), JSON.stringify(properties)).toBe(sku);
});
