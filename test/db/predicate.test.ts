import { expect, test } from 'vitest';
import { ordersAtLeast, type Predicate } from '../../src/define/predicate.ts';
import { membersAmong } from '../../src/db/queries/predicate.ts';
import { customers, orders } from '../../src/db/schema/index.ts';
import { testDatabase } from '../support/database.ts';

const at = new Date('2026-03-01T00:00:00Z');
const idOf = (n: number) => `00000000-0000-7000-8000-00000000000${n}`;

/** Customer n has n orders, and one that was cancelled. */
test('who a predicate holds for, among those asked about', async () => {
  await using database = await testDatabase();
  const people = [0, 1, 2, 3, 4];
  const order = (n: number, place: number, cancelledAt: Date | null) => ({
    ...{ orderId: `${n}-${place}`, customerId: idOf(n), valueMinor: 100, currency: 'USD' },
    ...{ orderedAt: at, reportedAt: at, cancelledAt },
  });
  await database.db
    .insert(customers)
    .values(people.map((n) => ({ id: idOf(n), armKey: `${n}`, createdAt: at })));
  for (const n of people) {
    const kept = Array.from({ length: n }, (_, place) => order(n, place, null));
    await database.db.insert(orders).values([...kept, order(n, n, at)]);
  }
  const cases: [Predicate, number[], number[]][] = [
    [ordersAtLeast(3), [0, 1, 2, 3, 4], [3, 4]],
    [ordersAtLeast(3), [3], [3]],
    [ordersAtLeast(3), [0, 2], []],
    [ordersAtLeast(1), [0, 1], [1]],
    [ordersAtLeast(0), [0, 1], [0, 1]],
    [ordersAtLeast(3), [], []],
  ];
  for (const [predicate, asked, expected] of cases) {
    const members = await membersAmong(database.sql, predicate, asked.map(idOf));
    expect([...members].sort()).toEqual(expected.map(idOf));
  }
});
