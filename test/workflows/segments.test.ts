import { expect } from 'vitest';
import { startTestShop, timeSkippedTest as test } from '../../testing/index.ts';
import { goldTier } from './fixtures/gold.ts';

const workflows = new URL('fixtures/gold-journeys.ts', import.meta.url);

test('a journey starts on entering a segment, and waits or sleeps until they leave it', async () => {
  await using shop = await startTestShop({ workflows, segments: [goldTier] });
  await shop.identify('jane', { traits: { tier: 'gold' } });
  await shop.identify('john', { traits: { tier: 'gold' } });
  await shop.pass('5 days');
  expect((await shop.runs('jane')).map(({ state }) => state)).toEqual(['open', 'open']);
  await shop.identify('jane', { traits: { tier: 'silver' } });
  await shop.pass('1 hour');
  expect((await shop.runs('jane')).map(({ name, outcome }) => [name, outcome]).sort()).toEqual([
    ['asLongAsGold', 'left'],
    ['whileGold', 'left-gold-tier'],
  ]);
  await shop.pass('26 days');
  expect((await shop.runs('john')).map(({ outcome }) => outcome)).toEqual(['stayed', 'stayed']);
});
