import { expect } from 'vitest';
import { orderCompleted } from '../../../src/events/order-completed.ts';
import { productAdded } from '../../../src/events/product-added.ts';
import { startTestShop, timeSkippedTest as test } from '../../../testing/index.ts';

const kettle = { cart_id: 'c-1', product_id: 'p-1', name: 'Kettle', price: 29.9 };

test('a quiet cart is nudged, and given up as lost four days later', async () => {
  await using shop = await startTestShop();
  await shop.identify('jane');
  await shop.track('jane', productAdded, kettle);
  await shop.pass('44 minutes');
  expect(await shop.deliveries('jane')).toEqual([]);
  await shop.pass('2 minutes');
  expect(await shop.deliveries('jane')).toMatchObject([
    { message: 'cart-nudge', channel: 'email', state: 'accepted', arm: 'treated' },
  ]);
  await shop.pass('4 days');
  expect(await shop.runs('jane')).toMatchObject([{ name: 'abandonedCart', outcome: 'lost' }]);
});

test('an order ends the run, at once and without a message', async () => {
  await using shop = await startTestShop();
  await shop.identify('jane');
  await shop.track('jane', productAdded, kettle);
  await shop.pass('10 minutes');
  await shop.track('jane', orderCompleted, { order_id: 'o-1', cart_id: 'c-1', total: 29.9 });
  expect(await shop.runs('jane')).toMatchObject([{ state: 'closed', outcome: 'ordered' }]);
  await shop.pass('11 days');
  expect(await shop.deliveries('jane')).toEqual([]);
});
