import { expect, test } from 'vitest';
import { didYouMean } from '../../src/domain/did-you-mean.ts';

const known = ['stock.changed', 'price.changed'];

test('what is near enough to a known name is asked for, and nothing else', () => {
  for (const given of ['stock.change', 'Stock Changed', 'stock_changed', 'stokc.changed']) {
    expect(didYouMean(given, known), given).toBe('; did you mean stock.changed?');
  }
  for (const given of ['sold', '', 7, null, 'x'.repeat(81)])
    expect(didYouMean(given, known), String(given)).toBe('');
  expect(didYouMean('stock.changed', [])).toBe('');
});
