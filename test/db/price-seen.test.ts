import { expect, test } from 'vitest';
import { pricesSeen, type PriceSeenQuestion } from '../../src/db/queries/price-seen.ts';
import { upsertProducts } from '../../src/db/queries/upsert-products.ts';
import { testDatabase } from '../support/database.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';

const day = (time: string) => `2026-05-01T${time}:00.000Z`;

const costs = (priceMinor: number, time: string): GivenEvent => ({
  ...{ kind: 'universal', name: 'price.changed', source: 'shop', subject: 'pot-red' },
  ...{ properties: { priceMinor, currency: 'EUR' }, at: day(time) },
});

const looked = (userId: string, time: string, properties: object, name = 'Product Viewed'): GivenEvent => ({
  ...{ name, userId, at: day(time), properties: { sku: 'pot-red', ...properties } },
});

async function setup() {
  const database = await testDatabase();
  const { sql } = database;
  const it = routingOver(sql, [], day('20:00'));
  const product = {
    ...{ productId: 'pot', title: 'Pot', priceMinor: 1, currency: 'EUR', category: null, url: null },
    ...{ imageUrl: null, substitutes: [], rating: null, reviews: [] },
  };
  const variants = ['pot-red', 'pot-white'].map((sku) => ({ ...product, sku }));
  await sql.begin((tx) => upsertProducts(tx, variants, it.clock.now()));
  return {
    ...it,
    /** As `user price currency by HH:MM`, by user. */
    async seen(asked: Partial<PriceSeenQuestion> = {}) {
      const users = await sql<{ user: string; id: string }[]>`
        select external_id as user, customer_id as id from customer_ids order by 1`;
      const found = await pricesSeen(sql, {
        ...{ customerIds: users.map(({ id }) => id), sku: 'pot-red', which: 'last' },
        ...{ since: new Date(day('00:00')), until: new Date(day('20:00')), shopCurrency: 'USD', ...asked },
      });
      return users.flatMap(({ user, id }) =>
        found
          .filter(({ customerId }) => customerId === id)
          .map(({ priceMinor, currency, by, at }) =>
            [user, priceMinor, currency, by, at.toISOString().slice(11, 16)].join(' '),
          ),
      );
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

test('what the event said, else the price in force when they looked; a look of unknown price does not count', async () => {
  await using it = await setup();
  await it.acceptAndRoute(
    costs(2_000, '10:00'),
    costs(1_500, '12:00'),
    looked('by-event', '11:00', { price: 18.5, currency: 'eur' }),
    looked('by-text', '11:00', { price: '18.50' }, 'Product Added'),
    looked('by-history', '11:00', {}, 'Product Added to Wishlist'),
    looked('no-amount', '11:00', { price: 'on request' }, 'Product Wished'),
    looked('yen', '11:00', { price: 1800, currency: 'JPY' }),
    looked('too-early', '09:00', {}),
    looked('early-with-price', '09:00', { price: 25, currency: 'EUR' }),
    looked('other-product', '11:00', { sku: 'pan', price: 3 }),
    looked('other-event', '11:00', { price: 3 }, 'Product Clicked'),
    looked('by-product-id', '11:00', { sku: '', product_id: 'pot' }),
  );
  expect(await it.seen()).toEqual([
    'by-event 1850 EUR event 11:00',
    'by-history 2000 EUR history 11:00',
    'by-product-id 2000 EUR history 11:00',
    'by-text 1850 USD event 11:00',
    'early-with-price 2500 EUR event 09:00',
    'no-amount 2000 EUR history 11:00',
    'yen 1800 JPY event 11:00',
  ]);
  expect(await it.seen({ sku: 'pot-white' }), 'a product id stands for its first variant').toEqual([]);
  expect(await it.seen({ customerIds: [] })).toEqual([]);
});

test('of several looks the first or the last of those within the time asked for', async () => {
  await using it = await setup();
  await it.acceptAndRoute(
    ...[costs(2_000, '10:00'), costs(1_500, '12:00'), costs(900, '14:00')],
    ...['09:00', '11:00', '13:00', '15:00'].map((time) => looked('ada', time, {})),
  );
  expect(await it.seen()).toEqual(['ada 900 EUR history 15:00']);
  expect(await it.seen({ until: new Date(day('13:30')) })).toEqual(['ada 1500 EUR history 13:00']);
  expect(await it.seen({ which: 'first' })).toEqual(['ada 2000 EUR history 11:00']);
  expect(await it.seen({ which: 'first', since: new Date(day('12:00')) })).toEqual([
    'ada 1500 EUR history 13:00',
  ]);
});
