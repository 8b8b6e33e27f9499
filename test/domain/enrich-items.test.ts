import { expect, test } from 'vitest';
import { withCartWords } from '../../src/domain/enrich-items.ts';
import { teapot } from '../support/open-run.ts';

test('items get the words of their lines, which may not pass through Temporal', () => {
  const { line, sku, productId, quantity, priceMinor, currency } = teapot;
  const item = { line, sku, productId, quantity, priceMinor, currency };
  const gone = { ...item, line: 'gone' };
  expect(withCartWords({ items: [item, gone], percentOff: 10 }, [teapot])).toEqual({
    percentOff: 10,
    items: [
      { ...item, title: teapot.title, url: teapot.url, imageUrl: teapot.imageUrl },
      { ...gone, title: null, url: null, imageUrl: null },
    ],
  });
});

test('items get the identifiers back that were too wordy for Temporal', () => {
  const wordy = { ...teapot, sku: 'A teapot, blue', productId: 'anna@example.com' };
  const item = { line: teapot.line, sku: null, productId: null, quantity: 1 };
  expect(withCartWords({ items: [item] }, [wordy])).toMatchObject({
    items: [{ sku: 'A teapot, blue', productId: 'anna@example.com' }],
  });
});

test('data without lines stay as they are', () => {
  expect(withCartWords({ items: ['a', null], n: 1 }, [teapot])).toEqual({ items: ['a', null], n: 1 });
  expect(withCartWords({}, [teapot])).toEqual({});
});
