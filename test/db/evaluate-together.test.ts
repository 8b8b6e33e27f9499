import { expect, test } from 'vitest';
import { evaluateTogether } from '../../src/db/queries/evaluate-together.ts';
import { evaluate, type Evaluated } from '../../src/db/queries/evaluate-predicate.ts';
import { segments } from '../../src/segments/index.ts';
import { testDatabase } from '../support/database.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';

const days = ['2025-01-05', '2025-11-20', '2026-03-01', '2026-04-20', '2026-04-30'];
const history = days.flatMap((day, n): GivenEvent[] =>
  ['ada', 'bob', 'cyd'].slice(0, 1 + (n % 3)).flatMap((userId) => [
    { name: 'Product Viewed', userId, at: `${day}T10:00:00Z`, properties: { sku: 's' } },
    {
      ...{ name: 'Order Completed', userId, at: `${day}T11:00:00Z` },
      properties: { order_id: `${userId}${n}`, total: 300, discount: 5 * n, currency: 'EUR' },
    },
    { kind: 'identify', userId, at: `${day}T12:00:00Z`, traits: { phone: '+4915112345678', region: 'HB' } },
  ]),
);

test('a statement made once for all answers as one made anew for each, whoever is asked about and when', async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await routingOver(sql, []).acceptAndRoute(...history);
  const everybody = (await sql<{ id: string }[]>`select id from customers order by id`).map(({ id }) => id);
  const all = segments.map(({ where }) => where);
  let rows = 0;
  for (const now of [new Date('2026-05-01T12:00:00.000Z'), new Date('2026-08-07T06:05:04.321Z')]) {
    // Of each another part of them, and of some nobody.
    for (const apart of [1, 2, 5]) {
      const asked = new Map(all.map((one, place) => [one, new Set(everybody.slice((place % apart) * 2))]));
      const together = await sql.begin((tx) => evaluateTogether(tx, all, { asked, now }));
      for (const { name, where } of segments) {
        const anew = await evaluate(sql, where, { who: [...asked.get(where)!], now });
        expect({ name, rows: sorted(together.get(where)!) }).toEqual({ name, rows: sorted(anew) });
        rows += anew.length;
      }
    }
  }
  expect(rows).toBeGreaterThan(20);
});

const sorted = (rows: readonly Evaluated[]) =>
  [...rows].sort((a, b) => (a.customerId < b.customerId ? -1 : 1));
