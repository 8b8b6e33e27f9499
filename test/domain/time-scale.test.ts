import { expect, test } from 'vitest';
import { safeName } from '../../src/domain/safe-name.ts';
import { spanMs, type Span } from '../../src/domain/span.ts';
import { realTime, toKairosMs, toRealMs, toRealSpanMs } from '../../src/domain/time-scale.ts';

const fast = { originMs: 1_000_000, speed: 3_600 };

test('time before the home was made maps unchanged, after it runs faster, and back never early', () => {
  expect(toKairosMs(999_999, fast)).toBe(999_999);
  expect(toKairosMs(1_000_010, fast)).toBe(1_036_000);
  expect(toRealMs(1_036_001, fast)).toBe(1_000_011);
  for (const kairosMs of [5, 1_000_000, 1_000_001, 1_003_600, 123_456_789]) {
    expect(toKairosMs(toRealMs(kairosMs, fast), fast)).toBeGreaterThanOrEqual(kairosMs);
    expect(toKairosMs(toRealMs(kairosMs, fast) - 1, fast)).toBeLessThan(kairosMs);
  }
  expect(toRealSpanMs(3_601, fast)).toBe(2);
  expect(toKairosMs(toRealMs(42, realTime), realTime)).toBe(42);
});

test('a span is a number and a unit', () => {
  expect(['1 day', '45 minutes', '1.5 hours', '2 weeks'].map((span) => spanMs(span as Span))).toEqual([
    86_400_000, 2_700_000, 5_400_000, 1_209_600_000,
  ]);
  for (const wrong of ['soon', '1day', '-1 days', '4000 days', '1 month']) {
    expect(() => spanMs(wrong as Span)).toThrow(`"${wrong}" is not a span`);
  }
});

test('an identifier that is not plain stands as its keyed hash', () => {
  expect(safeName('cart-1.2_X', 's')).toBe('cart-1.2_X');
  for (const odd of ['jane@shop.example', 'a b', 'ä', 'x'.repeat(65), '', '~x']) {
    expect(safeName(odd, 's')).toMatch(/^~[A-Za-z0-9_-]{22}$/);
  }
  expect(safeName('a b', 's')).not.toBe(safeName('a b', 't'));
});
