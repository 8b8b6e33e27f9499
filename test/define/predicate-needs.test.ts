import { expect, test } from 'vitest';
import { needsOf, touches } from '../../src/define/predicate-needs.ts';
import {
  all,
  any,
  consented,
  did,
  interestedIn,
  not,
  ordered,
  reachable,
  trait,
  type Predicate,
} from '../../src/define/predicate.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { productAdded } from '../../src/events/product-added.ts';

const track = (name: string) => ({ kind: 'track', name, body: {} });
const identify = (traits: Record<string, unknown>, context = {}) => ({
  ...{ kind: 'identify', name: null, body: { traits, context } },
});

const cases: [string, Predicate, object[], object[]][] = [
  [
    'a track by its name',
    did(productAdded),
    [track('Product Added')],
    [track('Product Viewed'), { ...track('Product Added'), kind: 'page' }],
  ],
  [
    'what follows it',
    did(productAdded).followedBy(orderCompleted),
    [track('Order Completed')],
    [track('Order Refunded')],
  ],
  [
    'whatever changes orders',
    not(ordered()),
    [track('Order Refunded'), track('Order Delivered')],
    [track('Product Added')],
  ],
  [
    'a trait, observed or stated',
    trait('size').is('M'),
    [identify({ size: null }), identify({ stated: { size: 'M' } })],
    [identify({ colour: 'red' }), track('Product Added')],
  ],
  [
    "a trait in any event's context",
    trait('size').is('M'),
    [{ kind: 'page', name: null, body: { context: { traits: { size: 'M' } } } }],
    [{ kind: 'page', name: null, body: { context: { size: 'M' } } }],
  ],
  [
    'the zone, where it is of days',
    trait('birthday').isAnniversary(),
    [identify({ timezone: 'UTC' })],
    [identify({ zone: 'UTC' })],
  ],
  [
    'a consent',
    consented('email'),
    [identify({}, { consent: { channels: {} } })],
    [identify({ email: 'a' })],
  ],
  ['an address', reachable('sms'), [identify({ phone: '+1' })], [identify({ email: 'a' })]],
  [
    'a stated interest',
    interestedIn({ topic: 'snow' }),
    [identify({ stated: { interests: [] } }), track('Product Viewed')],
    [track('Order Completed')],
  ],
];

test.each(cases)('touched by %s', (_, predicate, touching, others) => {
  const needs = needsOf(any(predicate, all(predicate)));
  type Happened = Parameters<typeof touches>[1];
  for (const event of touching) expect(touches(needs, event as Happened)).toBe(true);
  for (const event of others) expect(touches(needs, event as Happened)).toBe(false);
});

test('it is known what changes with the catalogue, and by time alone', () => {
  expect(needsOf(interestedIn({ category: 'skis' }))).toMatchObject({ catalogue: true, time: false });
  expect(needsOf(ordered().within('1 day'))).toMatchObject({ catalogue: false, time: true });
  expect(needsOf(did(productAdded).notFollowedBy(orderCompleted, { within: '1 day' })).time).toBe(true);
  expect(needsOf(did(productAdded).followedBy(orderCompleted, { within: '1 day' })).time).toBe(false);
});
