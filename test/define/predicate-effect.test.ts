import { expect, test } from 'vitest';
import { effectOf, type Deed } from '../../src/define/predicate-effect.ts';
import { treeOf } from '../../src/define/predicate-tree.ts';
import {
  above,
  all,
  any,
  did,
  interestedIn,
  lastDid,
  not,
  type Predicate,
} from '../../src/define/predicate.ts';
import { event } from '../../src/define/event.ts';
import { factProperties } from '../../src/domain/fact-properties.ts';
import { spanMs } from '../../src/domain/span.ts';
import { Chance } from '../plug/chance.ts';
import { plainlyHolds, type PlainCustomer } from '../support/plain-evaluation.ts';
import { randomHistory } from '../support/random-history.ts';
import { randomPredicate, spans } from '../support/random-predicate.ts';

const now = Date.parse('2026-03-30T00:00:00Z');
const at = now - 3_600_000;
const viewed = event<{ category?: string; price?: number }>('Product Viewed');
const ordered = event('Order Completed');
const never = Infinity;
const atOnce = -Infinity;

const cases: [string, Predicate, Partial<Deed>, { raisesFrom: number; lowersFrom: number }][] = [
  ['one more of those counted', did(viewed).atLeast(3), {}, { raisesFrom: atOnce, lowersFrom: never }],
  ['what must not have been', not(did(viewed)), {}, { raisesFrom: never, lowersFrom: atOnce }],
  ['too many', did(viewed).atMost(3), {}, { raisesFrom: never, lowersFrom: atOnce }],
  ['just so many', did(viewed).exactly(3), {}, { raisesFrom: atOnce, lowersFrom: atOnce }],
  [
    'what counts some time later',
    did(viewed).longerAgoThan('1 day'),
    {},
    { raisesFrom: at + spanMs('1 day'), lowersFrom: never },
  ],
  [
    'the last of them, which is long ago no more',
    lastDid(viewed).longerAgoThan('60 days'),
    {},
    { raisesFrom: at + spanMs('60 days'), lowersFrom: atOnce },
  ],
  [
    'what ends it',
    did(viewed).notFollowedBy(ordered),
    { name: 'Order Completed' },
    { raisesFrom: never, lowersFrom: atOnce },
  ],
  [
    'another category',
    any(interestedIn({ category: 'skis' }), did(viewed).with({ price: 5 })),
    { properties: { category: 'boots', sku: 'A' } },
    { raisesFrom: never, lowersFrom: never },
  ],
  [
    'a number that is not enough, or another',
    any(did(viewed).with({ price: above(100) }), did(viewed).with({ price: 5 })),
    { properties: { price: 100 } },
    { raisesFrom: never, lowersFrom: never },
  ],
  [
    'a number that is enough',
    did(viewed).with({ price: above(100) }),
    { properties: { price: 100.01 } },
    { raisesFrom: atOnce, lowersFrom: never },
  ],
  [
    'a product whose category the catalogue knows',
    all(interestedIn({ category: 'skis' })),
    { properties: { sku: 'A' } },
    { raisesFrom: atOnce, lowersFrom: never },
  ],
];

test.each(cases)('an event of %s', (_, predicate, deed, effect) => {
  const whole: Deed = { name: 'Product Viewed', properties: null, at, ...deed };
  expect(effectOf(treeOf(predicate), whole)).toEqual(effect);
});

const products = [
  { sku: 'A', productId: null, category: 'skis' },
  { sku: 'B', productId: 'P1', category: 'boots' },
  { sku: 'C', productId: 'P1', category: 'skis' },
];

/** Somebody with a past, and the same with one more event among it. */
function withOneMore(chance: Chance): { before: PlainCustomer; after: PlainCustomer; deed: Deed } {
  const events = randomHistory(chance, { until: now, events: 60 })
    .filter(({ name }) => name !== undefined && !name.startsWith('Order'))
    .slice(0, chance.between(1, 12))
    .map(({ name, at, properties }, seq) => {
      return { seq, name: name!, at: Date.parse(at!), properties: factProperties(properties) ?? {} };
    });
  const rest = { id: 'ada', traits: {}, orders: [], consents: [], products, shopZone: 'UTC' };
  return {
    before: { ...rest, events: events.slice(0, -1) },
    after: { ...rest, events },
    deed: events.at(-1)!,
  };
}

test.each([1, 2])(
  'raises and lowers any predicate on any history no sooner than it says (seed %i)',
  (seed) => {
    const chance = new Chance(seed);
    const bounded = { raised: 0, lowered: 0 };
    for (let round = 0; round < 300; round += 1) {
      const predicate = randomPredicate(chance);
      const { before, after, deed } = withOneMore(chance);
      const effect = effectOf(treeOf(predicate), deed);
      const edges = after.events.flatMap(({ at }) =>
        spans.flatMap((span) => [at + spanMs(span) - 1, at + spanMs(span)]),
      );
      for (const moment of [now, ...edges.filter((edge) => edge > now)]) {
        const [was, is] = [before, after].map((one) => plainlyHolds(predicate, one, moment));
        const said = `${JSON.stringify(predicate)} at ${new Date(moment).toISOString()} by ${JSON.stringify(deed)}`;
        if (is && !was) expect(moment, `raised: ${said}`).toBeGreaterThanOrEqual(effect.raisesFrom);
        if (was && !is) expect(moment, `lowered: ${said}`).toBeGreaterThanOrEqual(effect.lowersFrom);
      }
      if (effect.raisesFrom > now) bounded.raised += 1;
      if (effect.lowersFrom > now) bounded.lowered += 1;
    }
    // It says something of many.
    expect(Math.min(bounded.raised, bounded.lowered)).toBeGreaterThan(80);
  },
);
