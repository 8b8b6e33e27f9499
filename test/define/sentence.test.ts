import { expect, test } from 'vitest';
import {
  above,
  all,
  any,
  bought,
  consented,
  did,
  firstOrdered,
  hasOpenOrder,
  inSegment,
  interestedIn,
  lastDid,
  not,
  oneOf,
  ordered,
  reachable,
  spent,
  stated,
  sumOf,
  trait,
  type Predicate,
} from '../../src/define/predicate.ts';
import { event } from '../../src/define/event.ts';
import { sentence } from '../../src/define/sentence.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { productAdded } from '../../src/events/product-added.ts';
import { segments } from '../../src/segments/index.ts';

const cases: [Predicate, string][] = [
  [
    all(did(orderCompleted).atLeast(3).within('90 days'), not(consented('email'))),
    'has done Order Completed at least 3 times in the last 90 days, and has not consented to email',
  ],
  [
    did(productAdded)
      .with({ sku: oneOf('A', 'B'), price: above(10) })
      .notFollowedBy(orderCompleted, { within: '1 day' }),
    'has done Product Added with sku A or B and price above 10 not followed by Order Completed within 1 day',
  ],
  [
    lastDid(productAdded).longerAgoThan('60 days'),
    'has done Product Added for the last time at least 60 days ago',
  ],
  [
    sumOf(event<{ points: number }>('Points Earned'), 'points').atLeast(100).since('2026-01-01'),
    'has done Points Earned with points of at least 100 in all since 2026-01-01',
  ],
  [not(any(ordered(), ordered().atMost(2))), 'has not placed an order, and has not placed at most 2 orders'],
  [firstOrdered().within('30 days'), 'has placed the first order in the last 30 days'],
  [
    not(hasOpenOrder().longerAgoThan('7 days')),
    'does not have an order still to be delivered, placed at least 7 days ago',
  ],
  [spent('EUR').above(500).within('365 days'), 'has spent above 500 EUR in the last 365 days'],
  [bought({ category: 'skis' }).exactly(1), 'has bought something of the category skis exactly 1 time'],
  [interestedIn({ topic: 'snow' }), 'has shown interest in the topic snow, or states it'],
  [
    all(
      trait('country').isOneOf('DE', 'AT', 'CH'),
      any(stated('size').is('M'), not(trait('points').isKnown())),
    ),
    'country is DE, AT or CH, and (stated size is M, or points is not known)',
  ],
  [trait('birthday').hasAnniversaryWithinDays(7), 'birthday has an anniversary today or in the next 7 days'],
  [not(trait('trialEndsAt').isInDays(1)), 'trialEndsAt is not in 1 day'],
  [trait('interests').has('skis'), 'interests include skis'],
  [not(inSegment({ name: 'buyers', where: ordered() })), 'is not in buyers'],
  [reachable('sms'), 'has an address for sms'],
];

test.each(cases)('a predicate reads as a sentence: %#', (predicate, expected) => {
  expect(sentence(predicate)).toBe(expected);
});

test('every segment reads as a sentence of one line', () => {
  expect(segments.length).toBeGreaterThan(0);
  for (const { where } of segments) expect(sentence(where)).toMatch(/^[^\n]{10,1000}$/);
});
