import { expect, test } from 'vitest';
import { evaluate } from '../../src/db/queries/evaluate-predicate.ts';
import {
  all,
  above,
  any,
  bought,
  consented,
  did,
  firstDid,
  hasOpenOrder,
  interestedIn,
  lastDid,
  not,
  ordered,
  reachable,
  refused,
  spent,
  stated,
  sumOf,
  trait,
  type Predicate,
} from '../../src/define/predicate.ts';
import { event } from '../../src/define/event.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { productViewed } from '../../src/events/product-viewed.ts';
import { productAdded } from '../../src/events/product-added.ts';
import { testDatabase } from '../support/database.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';

const everything: Predicate[] = [
  trait('country').is('DE'),
  did(orderCompleted),
  did(orderCompleted).atLeast(2),
  did(orderCompleted).atLeast(2).within('30 days'),
  did(orderCompleted).exactly(2).within('30 days').longerAgoThan('1 day'),
  not(did(orderCompleted).within('30 days')),
  firstDid(orderCompleted).within('30 days'),
  lastDid(orderCompleted).longerAgoThan('30 days').within('90 days'),
  did(productAdded)
    .with({ price: above(10), sku: 'A' })
    .notFollowedBy(orderCompleted, { within: '1 day' }),
  did(productViewed)
    .followedBy(productAdded, { with: { sku: 'A' } })
    .within('10 days'),
  sumOf(event<{ points: number }>('Points Earned'), 'points').atLeast(10).within('90 days'),
  interestedIn({ sku: 'A' }),
  interestedIn({ category: 'skis' }).within('10 days'),
  interestedIn({ topic: 'winter' }).atLeast(2),
  bought({ sku: 'A' }),
  bought({ category: 'skis' }).atLeast(2).within('10 days'),
  hasOpenOrder().longerAgoThan('10 days'),
  spent('USD').above(100).within('365 days'),
  spent('JPY').atMost(100),
  consented('email'),
  refused('email', 'news'),
  reachable('email'),
  reachable('sms'),
  stated('interests').has('skis'),
];

test('every kind is SQL that runs', async () => {
  await using database = await testDatabase();
  const routing = routingOver(database.sql, []);
  const order: GivenEvent = { name: 'Order Completed', userId: 'u1', properties: { total: 5 } };
  await routing.acceptAndRoute(order, order, { ...order, userId: 'u2' });
  for (const predicate of [
    ...everything,
    all(everything[0]!, ...everything),
    any(everything[0]!, ...everything),
  ]) {
    const now = routing.clock.now();
    const rows = await evaluate(database.sql, predicate, { who: 'everybody', now });
    const ids = await database.sql<{ id: string }[]>`select id from customers`;
    const some = await evaluate(database.sql, predicate, { who: ids.map(({ id }) => id), now });
    expect(some.length).toBe(rows.length);
  }
  const loyal = await evaluate(database.sql, ordered().atLeast(2), {
    who: 'everybody',
    now: routing.clock.now(),
  });
  expect(loyal.map(({ holds }) => holds)).toEqual([true]);
});
