import type { Span } from '../../src/domain/span.ts';
import { event } from '../../src/define/event.ts';
import {
  above,
  all,
  any,
  atMost,
  bought,
  consented,
  did,
  firstDid,
  firstOrdered,
  hasOpenOrder,
  hasPersona,
  inSegment,
  interestedIn,
  known,
  lastDid,
  lastOrdered,
  not,
  oneOf,
  ordered,
  reachable,
  refused,
  spent,
  stated,
  sumOf,
  trait,
  wasDelivered,
  wasShipped,
  type Predicate,
} from '../../src/define/predicate.ts';
import type { Windowed } from '../../src/define/windowed.ts';
import type { Chance } from '../plug/chance.ts';

const viewed = event<Record<string, unknown>>('Product Viewed');
const added = event<Record<string, unknown>>('Product Added');
const earned = event<{ points: number }>('Points Earned');
export const spans: Span[] = ['1 hour', '6 hours', '1 day', '3 days', '10 days', '30 days'];

type Make = (chance: Chance) => Predicate;

const windowed = <Leaf extends Windowed>(leaf: Leaf, chance: Chance): Leaf =>
  chance.pick<(leaf: Leaf) => Leaf>([
    (one) => one,
    (one) => one.within(chance.pick(spans)),
    (one) => one.within(chance.pick(spans)),
    (one) => one.longerAgoThan(chance.pick(spans)),
    (one) => one.within('30 days').longerAgoThan(chance.pick(spans.slice(0, 5))),
    (one) => one.since('2026-03-20').until('2026-04-02T12:00:00Z'),
    (one) => one.since('2026-03-20').within('10 days'),
  ])(leaf);

const times = <Leaf extends { atLeast(n: number): Leaf; atMost(n: number): Leaf; exactly(n: number): Leaf }>(
  leaf: Leaf,
  chance: Chance,
): Leaf =>
  chance.pick<(leaf: Leaf) => Leaf>([
    (one) => one,
    (one) => one,
    (one) => one.atLeast(chance.between(0, 4)),
    (one) => one.atMost(chance.between(0, 3)),
    (one) => one.exactly(chance.between(0, 3)),
  ])(leaf);

const where = (chance: Chance) =>
  chance.pick([
    {},
    {},
    { sku: chance.pick(['A', 'B']) },
    { price: above(10) },
    { price: atMost(20), sku: oneOf('A', 'B', 'C') },
    { sku: known },
    { gift: true },
  ]);

const followed = (chance: Chance) => {
  const leaf = did(viewed).with(where(chance));
  const next = chance.pick([added, viewed, earned]);
  const options = chance.pick([{}, { within: chance.pick(spans) }, { within: chance.pick(spans) }]);
  return chance.pick([leaf.followedBy(next, options), leaf.notFollowedBy(next, options)]);
};

const amount = <Made>(
  compared: {
    atLeast(n: number): Made;
    atMost(n: number): Made;
    above(n: number): Made;
    below(n: number): Made;
  },
  chance: Chance,
): Made => {
  const than = chance.pick([-5, 0, 10, 25, 60]);
  return chance.pick([
    () => compared.atLeast(than),
    () => compared.atMost(than),
    () => compared.above(than),
    () => compared.below(than),
  ])();
};

const dates = (chance: Chance): Predicate => {
  const date = trait(chance.pick(['birthday', 'renewal']));
  const days = chance.between(0, 40);
  return chance.pick([
    () => date.isToday(),
    () => date.isInDays(days),
    () => date.wasDaysAgo(days),
    () => date.isWithinDays(days),
    () => date.wasWithinDays(days),
    () => date.isPast(),
    () => date.isFuture(),
    () => date.isAnniversary(),
    () => date.hasAnniversaryInDays(days),
    () => date.hasAnniversaryWithinDays(days),
    () => date.isBefore('2026-03-29'),
    () => date.isFrom('2026-03-29'),
  ])();
};

const traits = (chance: Chance): Predicate =>
  chance.pick([
    () => trait('country').is(chance.pick(['DE', 'AT'])),
    () => trait('country').isOneOf('DE', 'CH'),
    () => trait('country').isKnown(),
    () => trait('points').atLeast(chance.pick([3, 10])),
    () => trait('points').below(10),
    () => stated('interests').has(chance.pick(['skis', 'snow'])),
    () => trait('interests').has('skis'),
    () => stated('country').isKnown(),
  ])();

const leaves: Make[] = [
  (chance) => windowed(times(did(chance.pick([viewed, added])).with(where(chance)), chance), chance),
  (chance) => windowed(times(did(viewed).with(where(chance)), chance), chance),
  (chance) => windowed(chance.pick([firstDid, lastDid])(chance.pick([viewed, added])), chance),
  (chance) => windowed(times(followed(chance), chance), chance),
  (chance) => windowed(followed(chance), chance),
  (chance) => windowed(amount(sumOf(earned, 'points'), chance), chance),
  (chance) => {
    const what = chance.pick([{ sku: 'A' }, { sku: 'P9' }, { category: 'skis' }, { topic: 'snow' }]);
    return windowed(times(interestedIn(what), chance), chance);
  },
  (chance) =>
    windowed(times(chance.pick([ordered, hasOpenOrder, wasShipped, wasDelivered])(), chance), chance),
  (chance) => windowed(times(bought(chance.pick([{ sku: 'A' }, { category: 'skis' }])), chance), chance),
  (chance) => windowed(chance.pick([firstOrdered, lastOrdered])(), chance),
  (chance) => windowed(amount(spent(chance.pick(['USD', 'JPY'])), chance), chance),
  (chance) => consented(chance.pick(['email', 'sms']), chance.pick(['', '', 'news'])),
  (chance) => refused(chance.pick(['email', 'sms']), chance.pick(['', '', 'news'])),
  (chance) => reachable(chance.pick(['email', 'sms'])),
  traits,
  dates,
  dates,
];

/** A predicate of every kind, up to so deep. */
export function randomPredicate(chance: Chance, depth = 2): Predicate {
  if (depth === 0 || chance.happens(0.3)) return chance.pick(leaves)(chance);
  const part = () => randomPredicate(chance, depth - 1);
  return chance.pick<() => Predicate>([
    () => all(part(), part()),
    () => any(part(), part()),
    () => all(part(), not(part())),
    () => not(part()),
    () => any(part(), all(part(), part())),
    () => inSegment({ name: 'some', where: part() }),
    () => {
      const segments = ['one', 'two'].map((name) => ({ name, where: part() }));
      return hasPersona({ segments, otherwise: 'other' }, chance.pick(['one', 'two', 'other']));
    },
  ])();
}
