import { productViewed } from '../../../src/events/product-viewed.ts';
import type { TestShop } from '../../../testing/index.ts';
import type { Recordings } from '../recordings.ts';

const costs = (shop: TestShop, price: number) =>
  shop.report('price.changed', 'kettle', { price, currency: 'EUR' });

/** One unit is left: a wave has five places, and the sixth waits. */
const drop = async (shop: TestShop) => {
  await shop.report('stock.changed', 'kettle', { available: 1 });
  await costs(shop, 100);
  for (const id of ['ada', 'grace', 'hedy', 'joan', 'mary', 'rosa']) {
    await shop.identify(id);
    await shop.track(id, productViewed, { sku: 'kettle' });
  }
  await shop.pass('1 hour');
  await costs(shop, 80);
};

/** How each wait and the end of an episode is reached; `npm run record -- priceDrop` writes the histories. */
export const priceDrop: Recordings = {
  'between-waves': drop,
  served: async (shop) => {
    await drop(shop);
    await shop.pass('3 hours');
  },
};
