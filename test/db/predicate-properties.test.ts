import { expect, test } from 'vitest';
import { products, settings } from '../../src/db/schema/index.ts';
import { evaluateTogether } from '../../src/db/queries/evaluate-together.ts';
import { evaluate, type Evaluated } from '../../src/db/queries/evaluate-predicate.ts';
import { problemsOfPredicate } from '../../src/define/check-predicate.ts';
import type { Predicate } from '../../src/define/predicate.ts';
import { sentence } from '../../src/define/sentence.ts';
import { spanMs } from '../../src/domain/span.ts';
import { Chance } from '../plug/chance.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { plainCustomers } from '../support/plain-customers.ts';
import { plainlyHolds, type PlainCustomer } from '../support/plain-evaluation.ts';
import { randomHistory } from '../support/random-history.ts';
import { randomPredicate, spans } from '../support/random-predicate.ts';
import { routingOver } from '../support/routing.ts';

const until = Date.parse('2026-03-30T00:00:00Z');
const hourMs = 3_600_000;

/** What people did, through real routing: joined with each other in the midst of it, batch by batch. */
async function shopOf(database: TestDatabase, chance: Chance): Promise<PlainCustomer[]> {
  const at = new Date(until);
  const product = { title: 't', priceMinor: 1, currency: 'USD', substitutes: [], reviews: [], updatedAt: at };
  await database.db.insert(products).values([
    { ...product, sku: 'A', category: 'skis' },
    { ...product, sku: 'B', productId: 'P1', category: 'boots' },
    { ...product, sku: 'C', productId: 'P1', category: 'skis' },
    { ...product, sku: 'D', productId: 'A', category: 'skis' },
  ]);
  await database.db.insert(settings).values({ scope: 'shop', value: { timezone: 'America/New_York' }, at });
  const routing = routingOver(database.sql, [], at.toISOString());
  for (let batch = 0; batch < 4; batch += 1) {
    await routing.acceptAndRoute(...randomHistory(chance, { until, events: 70 }));
  }
  await database.sql`analyze`;
  return plainCustomers(database.sql);
}

interface Asked {
  database: TestDatabase;
  customers: readonly PlainCustomer[];
  predicate: Predicate;
  now: Date;
}

/** Of some it is told more exactly when to look again than of everybody: the latest of what is said. */
async function checkMembers({ database, customers, predicate, now }: Asked): Promise<Evaluated[]> {
  const expected = customers.filter((of) => plainlyHolds(predicate, of, now.getTime())).map(({ id }) => id);
  const said = `${sentence(predicate)} (${JSON.stringify(predicate)}) at ${now.toISOString()}`;
  const members = (rows: readonly Evaluated[]) =>
    rows
      .filter(({ holds }) => holds)
      .map(({ customerId }) => customerId)
      .sort();
  const everybody = await evaluate(database.sql, predicate, { who: 'everybody', now });
  expect(members(everybody), `everybody: ${said}`).toEqual(expected.sort());
  const some = customers.slice(1, 5).map(({ id }) => id);
  const sorted = (rows: readonly Evaluated[]) =>
    [...rows].sort((a, b) => a.customerId.localeCompare(b.customerId));
  const [batch, one] = await Promise.all([
    evaluate(database.sql, predicate, { who: some, now }),
    evaluate(database.sql, predicate, { who: some.slice(0, 1), now }),
  ]);
  const ofThem = (ids: readonly string[]) => everybody.filter((row) => ids.includes(row.customerId));
  const without = (rows: readonly Evaluated[]) => sorted(rows).map(({ nextAt: _, ...row }) => row);
  expect(without(batch), `a batch: ${said}`).toEqual(without(ofThem(some)));
  expect(one, `one: ${said}`).toEqual(batch.filter(({ customerId }) => customerId === some[0]));
  const asked = new Map([[predicate, new Set(some)]]);
  const together = await database.sql.begin((tx) => evaluateTogether(tx, [predicate], { asked, now }));
  expect(sorted(together.get(predicate)!), `as routing asks: ${said}`).toEqual(sorted(batch));
  for (const { customerId, nextAt } of batch) {
    const ofAll = everybody.find((row) => row.customerId === customerId)!.nextAt;
    expect(ofAll?.getTime() ?? Infinity, said).toBeLessThanOrEqual(nextAt?.getTime() ?? Infinity);
  }
  return [...batch, ...everybody.filter(({ customerId }) => !some.includes(customerId))];
}

/** Moments after now at which time alone might change something: what is a span old, and for dates the hours of days. */
function momentsAfter(customer: PlainCustomer, predicate: Predicate, now: number): number[] {
  const known = [...customer.events, ...customer.orders.map((one) => ({ at: one.orderedAt }))]
    .map(({ at }) => at)
    .concat(customer.orders.flatMap((one) => [one.shippedAt ?? 0, one.deliveredAt ?? 0]));
  const edges = [...new Set(known)].flatMap((at) => spans.map((span) => at + spanMs(span)));
  const isDated = JSON.stringify(predicate).includes('"is":"day"');
  const hours = Array.from(
    { length: isDated ? 24 * 45 : 0 },
    (_, n) => now - (now % hourMs) + (n + 1) * hourMs,
  );
  return [...edges.filter((at) => at > now).flatMap((at) => [at - 1, at]), ...hours].filter((at) => at > now);
}

/** Time alone changes nothing before `nextAt`, and never for those without a row. */
function checkNext({ customers, predicate, now }: Asked, rows: readonly Evaluated[]): void {
  const byId = new Map(rows.map((row) => [row.customerId, row]));
  // Some of them: what takes the time is to ask of so many moments.
  for (const customer of customers.slice(0, 4)) {
    const row = byId.get(customer.id);
    const next = row?.nextAt?.getTime() ?? Infinity;
    const at = now.getTime();
    const who = `${customer.id}, next ${row?.nextAt?.toISOString()}: ${JSON.stringify(predicate)} at ${now.toISOString()}`;
    expect(next, who).toBeGreaterThan(at);
    const before = plainlyHolds(predicate, customer, at);
    const changed = momentsAfter(customer, predicate, at)
      .filter((moment) => moment < next)
      .find((moment) => plainlyHolds(predicate, customer, moment) !== before);
    expect(changed && new Date(changed).toISOString(), who).toBe(undefined);
  }
}

test.each([1, 8, 12])(
  'any predicate on any history has the same members by SQL and by hand, and changes no sooner than told (seed %i)',
  async (seed) => {
    const chance = new Chance(seed);
    await using database = await testDatabase();
    const customers = await shopOf(database, chance);
    const edges = customers.flatMap(({ events }) => events.map(({ at }) => at));
    for (let round = 0; round < 50; round += 1) {
      const predicate = randomPredicate(chance);
      expect(problemsOfPredicate('random', predicate)).toEqual([]);
      expect(JSON.parse(JSON.stringify(predicate))).toEqual({ ...predicate });
      // Now, some hours into the days in which clocks change, or exactly when something is a span old.
      const edge = Math.max(until, chance.pick(edges) + spanMs(chance.pick(spans)));
      const now = new Date(chance.pick([until, until + chance.between(0, 72) * hourMs, edge]));
      const asked = { database, customers, predicate, now };
      checkNext(asked, await checkMembers(asked));
    }
  },
);
