/**
 * The kit for tests of journeys: a small Kairos on real parts, in which months pass in a moment.
 *
 *   await using shop = await startTestShop();
 *   await shop.identify('jane');
 *   await shop.track('jane', productAdded, { cart_id: 'c-1', name: 'Kettle' });
 *   await shop.pass('46 minutes');
 *   expect(await shop.deliveries('jane')).toMatchObject([{ message: 'cart-nudge', state: 'accepted' }]);
 */
export { startTestShop, type TestShopOptions } from './start-test-shop.ts';
export type { Customer, ShopDelivery, ShopRun, TestShop } from './test-shop.ts';
export { timeSkippedTest } from './time-skipping.ts';
