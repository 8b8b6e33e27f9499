import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { evaluateTogether } from '../../src/db/queries/evaluate-together.ts';
import { evaluate, type Evaluated } from '../../src/db/queries/evaluate-predicate.ts';
import { holdsForRun } from '../../src/db/queries/holds-for-run.ts';
import type { Predicate } from '../../src/define/predicate-data.ts';
import { did, not } from '../../src/define/predicate.ts';
import { event } from '../../src/define/event.ts';
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

test('whose run it is, the same statement finds: it answers as one that is told, and of no run and of who is gone', async () => {
  await using database = await testDatabase();
  const { sql, lookUps } = database;
  await routingOver(sql, []).acceptAndRoute(...history);
  await sql`
    insert into runs (id, name, version, customer_id, key, n, workflow_id, first, carries, settings, opened_at, last_activity_at)
    select c.id, 'asking', 1, c.id, '', 1, c.id, '{}', '{}', '{}', c.created_at, c.created_at from customers c`;
  const everybody = (await sql<{ id: string }[]>`select id from customers order by id`).map(({ id }) => id);
  const declared = segments.map(({ name, where }) => ({ name, where: [where] as [Predicate] }));
  const heldBy = new Set<boolean>();
  for (const now of [new Date('2026-05-01T12:00:00.000Z'), new Date('2026-08-07T06:05:04.321Z')]) {
    for (const { name, where } of declared) {
      const anew = await evaluate(sql, where[0], { who: everybody, now });
      for (const runId of everybody) {
        const holds = anew.some((one) => one.customerId === runId && one.holds);
        expect({ name, holds: await holdsForRun(lookUps, where, { runId, now }) }).toEqual({ name, holds });
        heldBy.add(holds);
      }
    }
  }
  expect(heldBy).toEqual(new Set([true, false]));
  const [now, where] = [new Date('2026-05-01T12:00:00.000Z'), [not(did(event('Never')))] as [Predicate]];
  const [runId] = everybody as [string];
  expect(await holdsForRun(lookUps, where, { runId, now })).toBe(true);
  await sql`update customers set erased_at = ${now} where id = ${runId}`;
  expect(await holdsForRun(lookUps, where, { runId, now })).toBe(false);
  expect(await holdsForRun(lookUps, where, { runId: randomUUID(), now })).toBeNull();
});

const sorted = (rows: readonly Evaluated[]) =>
  [...rows].sort((a, b) => (a.customerId < b.customerId ? -1 : 1));
