import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { cartItems } from '../../src/db/queries/cart-items.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { testDatabase } from '../support/database.ts';
import { openRun, teapot } from '../support/open-run.ts';

test('what a browser calls an id and is words, or an address, never reaches a history', async () => {
  await using database = await testDatabase();
  const wordy = { ...teapot, line: '~hash', sku: 'For Anna, with love', productId: 'anna@example.com' };
  const run = await openRun(database, createClock(realTime), { lines: [wordy, teapot] });
  expect(await cartItems(database.sql, run.input.runId)).toMatchObject([
    { line: '~hash', sku: null, productId: null },
    { line: 'teapot', sku: 'teapot' },
  ]);
});
