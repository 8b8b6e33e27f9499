import { productViewed } from '../../../src/events/product-viewed.ts';
import type { TestShop } from '../../../testing/index.ts';
import type { Recordings } from '../recordings.ts';

const soldOut = async (shop: TestShop) => {
  await shop.report('stock.changed', 'kettle', { available: 3 });
  await shop.report('stock.changed', 'kettle', { available: 0 });
};

const restock = async (shop: TestShop) => {
  await soldOut(shop);
  for (const id of ['ada', 'grace', 'hedy']) {
    await shop.identify(id);
    await shop.track(id, productViewed, { sku: 'kettle' });
  }
  await shop.report('stock.changed', 'kettle', { available: 1 });
};

/** How each wait and the end of an episode is reached; `npm run record -- backInStock` writes the histories. */
export const backInStock: Recordings = {
  'sold-out': async (shop) => {
    await soldOut(shop);
    await shop.track('ada', productViewed, { sku: 'kettle' });
  },
  expired: async (shop) => {
    await soldOut(shop);
    await shop.track('ada', productViewed, { sku: 'kettle' });
    await shop.pass('91 days');
  },
  'between-waves': restock,
  served: async (shop) => {
    await restock(shop);
    await shop.pass('3 hours');
  },
};
