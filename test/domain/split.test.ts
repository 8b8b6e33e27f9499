import { expect, test } from 'vitest';
import { armKeyOf } from '../../src/domain/holdout.ts';
import { splitArmOf, type Shares } from '../../src/domain/split.ts';

const name = { journey: 'abandonedCart', split: 'tone' };
const keys = Array.from({ length: 20_000 }, (_, i) => armKeyOf(`customer-${i}`));
const deal = (shares: Shares, by = name) => keys.map((key) => splitArmOf(key, by, shares));

const moved = (before: Shares, after: Shares) => {
  const [was, is] = [deal(before), deal(after)];
  const moves = was.map((arm, i) => `${arm}>${is[i]}`).filter((_, i) => was[i] !== is[i]);
  return { share: moves.length / keys.length, kinds: [...new Set(moves)].sort() };
};

/** Computed with another language too. */
test('known answers: a changed hash would deal every running experiment anew', () => {
  const arms = ['ada', 'grace', 'hedy', 'mary', 'joan', 'rosa'].map((id) =>
    splitArmOf(armKeyOf(id), name, { plain: 0.5, warm: 0.5 }),
  );
  expect(arms).toEqual(['warm', 'warm', 'warm', 'warm', 'plain', 'plain']);
});

test('each arm gets its share', () => {
  const shares = { a: 0.1, b: 0.2, c: 0.65, d: 0.05 };
  const arms = deal(shares);
  for (const [arm, share] of Object.entries(shares)) {
    const got = arms.filter((one) => one === arm).length;
    const deviation = Math.sqrt(keys.length * share * (1 - share));
    // The draws are fixed, so this never flickers.
    expect(Math.abs(got - keys.length * share) / deviation).toBeLessThan(3.3);
  }
});

test('an arm without a share gets nobody, one with all of it everybody', () => {
  expect(new Set(deal({ a: 0, b: 0.5, c: 0.5 }))).toEqual(new Set(['b', 'c']));
  expect(new Set(deal({ a: 1, b: 0 }))).toEqual(new Set(['a']));
});

test('in which order the arms stand means nothing', () => {
  expect(deal({ a: 0.3, b: 0.7 })).toEqual(deal({ b: 0.7, a: 0.3 }));
});

test('a changed share moves as few as can be, only out of what shrank into what grew', () => {
  const grown = moved({ a: 0.5, b: 0.5 }, { a: 0.6, b: 0.4 });
  expect(grown.kinds).toEqual(['b>a']);
  expect(grown.share).toBeCloseTo(0.1, 1.9);
  const thirds = moved({ a: 1 / 3, b: 1 / 3, c: 1 / 3 }, { a: 0.5, b: 0.25, c: 0.25 });
  expect(thirds.kinds).toEqual(['b>a', 'c>a']);
  expect(thirds.share).toBeCloseTo(1 / 6, 1.9);
  const added = moved({ a: 0.5, b: 0.5 }, { a: 0.4, b: 0.4, c: 0.2 });
  expect(added.kinds).toEqual(['a>c', 'b>c']);
  expect(added.share).toBeCloseTo(0.2, 1.9);
});

test('splits and journeys draw independently', () => {
  const shares = { a: 0.5, b: 0.5 };
  const others = [
    { ...name, split: 'sign' },
    { ...name, journey: 'welcome' },
  ];
  const own = deal(shares);
  for (const other of others) {
    const same = deal(shares, other).filter((arm, i) => arm === own[i]).length / keys.length;
    expect(same).toBeCloseTo(0.5, 1.6);
  }
});
