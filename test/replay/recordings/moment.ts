import { productViewed } from '../../../src/events/product-viewed.ts';
import type { TestShop } from '../../../testing/index.ts';
import type { Recordings } from '../recordings.ts';

const title = 'The first flush of Darjeeling has arrived';
const flush = { title, categories: ['tea'], regions: [] };

/** How each wait is reached; `npm run record -- moment` writes the histories. */
export const moment: Recordings = {
  'nobody-concerned': (shop) => shop.report('moment.occurred', 'first-flush', flush),
  told: async (shop: TestShop) => {
    for (const id of ['ada', 'grace']) {
      await shop.identify(id);
      await shop.track(id, productViewed, { sku: 'kettle', category: 'tea' });
    }
    await shop.report('moment.occurred', 'first-flush', flush);
  },
};
