import { orderCompleted } from '../../../src/events/order-completed.ts';
import type { TestShop } from '../../../testing/index.ts';
import type { Recordings } from '../recordings.ts';

const dayMs = 86_400_000;

const wish = async (shop: TestShop) => {
  const day = new Date(shop.now().getTime() + 2 * dayMs).toISOString().slice(0, 10);
  await shop.identify('jane', { traits: { stated: { birthday: `1988${day.slice(4)}` }, timezone: 'UTC' } });
  await shop.pass('3 days');
};

/** How each wait and each end of it is reached; `npm run record -- birthday` writes the histories. */
export const birthday: Recordings = {
  'after-wishes': wish,
  over: async (shop) => {
    await wish(shop);
    await shop.pass('8 days');
  },
  ordered: async (shop) => {
    await wish(shop);
    await shop.track('jane', orderCompleted, { order_id: 'o-1', total: 29.9 });
  },
};
