import { expect } from 'vitest';
import { orderCompleted } from '../../../src/events/order-completed.ts';
import { startTestShop, timeSkippedTest as test } from '../../../testing/index.ts';

/** Only this one, for another's messages would count against the same caps. */
const only = ['birthday'];
const dayMs = 86_400_000;
/** It has no summer time. */
const timezone = 'Asia/Kolkata';

test('on the morning of a birthday who told it is wished well, once, and an order is what came of it', async () => {
  await using shop = await startTestShop({ only });
  const firstMs = shop.now().getTime();
  const day = new Date(firstMs + 3 * dayMs).toISOString().slice(0, 10);
  const birthday = `1988${day.slice(4)}`;
  for (const name of ['jane', 'john'])
    await shop.identify(name, { traits: { stated: { birthday }, timezone } });
  await shop.identify('june', { traits: { birthday, timezone } });
  await shop.pass('1 day');
  expect(await shop.deliveries('jane')).toEqual([]);
  await shop.pass('3 days');
  const [wishes, ...more] = await shop.deliveries('jane');
  expect(more).toEqual([]);
  expect(wishes).toMatchObject({ message: 'birthday-wishes', state: 'accepted' });
  // Nine there is half past three.
  expect(wishes!.at.toISOString()).toMatch(`${day}T03:3`);
  // A day that others told us is not spoken of.
  expect(await shop.deliveries('june')).toMatchObject([{ state: 'withheld', reason: 'irrelevant' }]);
  await shop.track('jane', orderCompleted, { order_id: 'o-1', total: 29.9 });
  expect(await shop.runs('jane')).toMatchObject([{ key: day, state: 'closed', outcome: 'ordered' }]);
  await shop.pass('8 days');
  expect(await shop.runs('john')).toMatchObject([{ key: day, state: 'closed', outcome: 'over' }]);
});
