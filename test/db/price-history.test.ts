import { describe, expect, test } from 'vitest';
import { lastPrices, pricesAt } from '../../src/db/queries/prices-at.ts';
import { productNow } from '../../src/db/queries/product-now.ts';
import { deleteOldPrices } from '../../src/db/queries/save-price-history.ts';
import { upsertProducts } from '../../src/db/queries/upsert-products.ts';
import { testDatabase } from '../support/database.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';

const day = (time: string) => `2026-05-01T${time}:00.000Z`;

const costs = (
  priceMinor: number,
  time: string,
  from: { sku?: string; source?: string } = {},
): GivenEvent => ({
  ...{ kind: 'universal', name: 'price.changed', source: from.source ?? 'shop', subject: from.sku ?? 'pot' },
  ...{ properties: { priceMinor, currency: 'EUR' }, at: time.includes('T') ? time : day(time) },
});

async function setup() {
  const database = await testDatabase();
  const { sql } = database;
  return {
    ...routingOver(sql, [], '2026-05-01T20:00:00.000Z'),
    sql,
    history: async (sku = 'pot') =>
      (await lastPrices(sql, sku, 100))
        .map(({ at, priceMinor, source }) => `${at.toISOString().slice(11, 16)} ${source} ${priceMinor}`)
        .reverse(),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

describe('the history of a price', () => {
  test('has a row only where the price differs from the one before it, within a batch and across', async () => {
    await using it = await setup();
    await it.acceptAndRoute(
      costs(100, '10:00'),
      costs(100, '10:05'),
      costs(90, '10:10'),
      costs(5, '10:00', { sku: 'pan' }),
    );
    await it.acceptAndRoute(costs(90, '10:15'), costs(90, '10:16', { source: 'feed' }), costs(95, '10:20'));
    expect(await it.history()).toEqual(['10:00 shop 100', '10:10 shop 90', '10:20 shop 95']);
    expect(await it.history('pan')).toEqual(['10:00 shop 5']);
  });

  test('a late report falls into its place: what was said after it is still said, and the price now stays', async () => {
    await using it = await setup();
    await it.acceptAndRoute(costs(100, '10:00'), costs(100, '11:00'));
    await it.acceptAndRoute(costs(80, '10:30'));
    expect(await it.history()).toEqual(['10:00 shop 100', '10:30 shop 80', '11:00 shop 100']);
    await it.acceptAndRoute(costs(80, '09:30'), costs(80, '10:00', { source: 'feed' }));
    expect(await it.history()).toEqual([
      ...['09:30 shop 80', '10:00 shop 100', '10:00 feed 80'],
      ...['11:00 shop 100'],
    ]);
  });

  test('a row that a late report makes needless goes; of two of one source and time the later counts', async () => {
    await using it = await setup();
    await it.acceptAndRoute(costs(100, '10:00'));
    await it.acceptAndRoute(costs(80, '12:00'));
    await it.acceptAndRoute(costs(80, '11:00'));
    expect(await it.history()).toEqual(['10:00 shop 100', '11:00 shop 80']);
    await it.acceptAndRoute(costs(100, '11:00'));
    expect(await it.history()).toEqual(['10:00 shop 100', '12:00 shop 80']);
  });

  test('whatever the order in which they come: neighbours differ, and the last is the price now', async () => {
    await using it = await setup();
    await it.sql.begin((tx) => upsertProducts(tx, [product], it.clock.now()));
    for (let turn = 0; turn < 40; turn += 1) {
      const time = `${String(8 + ((turn * 7) % 11)).padStart(2, '0')}:${String((turn * 13) % 60).padStart(2, '0')}`;
      await it.acceptAndRoute(costs(100 + (turn % 3), time, { source: turn % 2 ? 'shop' : 'feed' }));
      const rows = await lastPrices(it.sql, 'pot', 100);
      const alike = rows.filter(({ priceMinor }, at) => priceMinor === rows[at + 1]?.priceMinor);
      expect(alike, `after turn ${turn}`).toEqual([]);
      expect(rows[0]!.priceMinor).toBe((await productNow(it.sql, 'pot'))!.price);
    }
  });
});

test('the price in force at a moment is the last one up to it; before the first there is none', async () => {
  await using it = await setup();
  await it.acceptAndRoute(costs(100, '10:00'), costs(80, '12:00'));
  const asked = ['09:59', '10:00', '11:59', '12:00'].map((time) => ({ sku: 'pot', at: new Date(day(time)) }));
  const found = await pricesAt(it.sql, [...asked, { sku: 'unknown', at: new Date(day('12:00')) }]);
  expect(found.map((price) => price?.priceMinor ?? null)).toEqual([null, 100, 100, 80, null]);
});

test('a price is forgotten when it has not been in force for as long as it is kept', async () => {
  await using it = await setup();
  const years = ['2024-01-01', '2024-06-01', '2026-04-01'].map((date) => `${date}T00:00:00.000Z`);
  await it.acceptAndRoute(
    ...years.map((at, turn) => costs(100 + turn, at)),
    costs(7, years[0]!, { sku: 'pan' }),
  );
  expect(await deleteOldPrices(it.sql, it.clock.now(), 1)).toBe(1);
  const left = (await lastPrices(it.sql, 'pot', 10)).map(({ priceMinor }) => priceMinor);
  expect(left, 'the one that was in force 450 days ago stays').toEqual([102, 101]);
  expect(await it.history('pan')).toHaveLength(1);
});

const product = {
  ...{ sku: 'pot', productId: null, title: 'Pot', priceMinor: 1, currency: 'EUR', category: null },
  ...{ url: null, imageUrl: null, substitutes: [], rating: null, reviews: [] },
};
