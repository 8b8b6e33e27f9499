import { expect, test } from 'vitest';
import { armKeyOf, armOf, drawOf, globalHoldoutOf, holdoutOf } from '../../src/domain/holdout.ts';

const nobody = globalHoldoutOf(0);

/** Computed with another language's HMAC. */
test('known answers: a changed hash would deal every running experiment anew', () => {
  expect(armKeyOf('ada')).toBe('c1b2e1dc6960c0733b153ecfd9ef018cd7ff78d56d44dface3ef564d8f8fb022');
  expect(drawOf('journey:abandonedCart:0.1', armKeyOf('ada'))).toBe(0.8142146034083497);
  expect(drawOf('global:0.05', armKeyOf('ada'))).toBe(0.5709999842534306);
});

test('draws are uniform in [0, 1)', () => {
  const n = 20_000;
  const buckets = new Array<number>(20).fill(0);
  for (let i = 0; i < n; i += 1) {
    const draw = drawOf('journey:abandonedCart:0.1', armKeyOf(`customer-${i}`));
    buckets[Math.floor(draw * 20)]! += 1;
  }
  expect(buckets).toHaveLength(20);
  const expected = n / 20;
  const chiSquare = buckets.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
  // 19 degrees of freedom: 43.8 is passed once in a thousand; the draws are fixed, so this never flickers.
  expect(chiSquare).toBeLessThan(43.8);
});

test('a share holds out that share, sticky for a customer', () => {
  const own = holdoutOf('abandonedCart', 0.1);
  const arms = Array.from({ length: 20_000 }, (_, i) => armOf(armKeyOf(`c${i}`), nobody, own));
  const heldOut = arms.filter((arm) => arm === 'held-out').length;
  expect(heldOut / 20_000).toBeCloseTo(0.1, 1.9);
  const again = Array.from({ length: 20_000 }, (_, i) => armOf(armKeyOf(`c${i}`), nobody, own));
  expect(again).toEqual(arms);
});

test('journeys, shares and the global holdout draw independently', () => {
  const keys = Array.from({ length: 10_000 }, (_, i) => armKeyOf(`c${i}`));
  const both = (a: string, b: string) =>
    keys.filter((key) => drawOf(a, key) < 0.1 && drawOf(b, key) < 0.1).length / keys.length;
  const salts = [holdoutOf('a', 0.1), holdoutOf('b', 0.1), holdoutOf('a', 0.2), globalHoldoutOf(0.1)];
  for (const [i, one] of salts.entries()) {
    for (const other of salts.slice(i + 1)) {
      expect(both(one.salt, other.salt)).toBeGreaterThan(0.005);
      expect(both(one.salt, other.salt)).toBeLessThan(0.015);
    }
  }
});

test('the global holdout is drawn first, and shares of 0 and 1 are exact', () => {
  const key = armKeyOf('ada');
  expect(armOf(key, globalHoldoutOf(1), holdoutOf('a', 1))).toBe('global-held-out');
  expect(armOf(key, nobody, holdoutOf('a', 1))).toBe('held-out');
  expect(armOf(key, nobody, holdoutOf('a', 0))).toBe('treated');
});
