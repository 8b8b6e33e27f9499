import { expect } from 'vitest';
import { orderCompleted } from '../../../src/events/order-completed.ts';
import { productViewed } from '../../../src/events/product-viewed.ts';
import { startTestShop, timeSkippedTest as test } from '../../../testing/index.ts';

const only = ['backInStock'];

test('who looked while it was sold out is told when it is back, the longest waiting first', async () => {
  await using shop = await startTestShop({ only });
  await shop.report('stock.changed', 'kettle', { available: 0 });
  for (const id of ['ada', 'grace', 'hedy', 'mary']) {
    await shop.identify(id);
    await shop.track(id, productViewed, { sku: 'kettle' });
  }
  await shop.report('stock.changed', 'kettle', { available: 1 });
  expect(await shop.deliveries('ada')).toMatchObject([{ message: 'back-on-shelf', state: 'accepted' }]);
  expect(await shop.deliveries('grace')).toMatchObject([{ state: 'accepted' }]);
  expect(await shop.deliveries('hedy')).toEqual([]);
  await shop.pass('61 minutes');
  expect(await shop.deliveries('hedy')).toMatchObject([{ state: 'accepted' }]);
  expect(await shop.deliveries('mary')).toMatchObject([{ state: 'accepted' }]);
});

test('who has bought it meanwhile is told nothing', async () => {
  await using shop = await startTestShop({ only });
  await shop.report('stock.changed', 'kettle', { available: 0 });
  await shop.identify('ada');
  await shop.track('ada', productViewed, { sku: 'kettle' });
  await shop.track('ada', orderCompleted, { order_id: 'o-1', products: [{ sku: 'kettle', quantity: 1 }] });
  await shop.report('stock.changed', 'kettle', { available: 5 });
  expect(await shop.deliveries('ada')).toEqual([]);
});
