import { productViewed } from '../../../src/events/product-viewed.ts';
import { winterCategory } from '../../../src/segments/wants-warmth.ts';
import type { TestShop } from '../../../testing/index.ts';
import type { Recordings } from '../recordings.ts';

/** Where it is never evening at once: whenever this is recorded, one of them has to wait for theirs. */
const zones = { ada: 'Europe/Berlin', grace: 'Pacific/Auckland' };

const scarf = { sku: 'scarf', category: winterCategory };

const frost = async (shop: TestShop) => {
  for (const [id, timezone] of Object.entries(zones)) {
    await shop.identify(id, { traits: { region: 'bremen', timezone } });
    await shop.track(id, productViewed, scarf);
  }
  const day = new Date(shop.now().getTime() + 5 * 86_400_000).toISOString().slice(0, 10);
  await shop.report('weather.forecast', 'bremen', { day, condition: 'snow', temperatureC: -4 });
};

/** How each wait and the end of an episode is reached; `npm run record -- weather` writes the histories. */
export const weather: Recordings = {
  'until-evening': frost,
  served: async (shop) => {
    await frost(shop);
    await shop.pass('30 hours');
  },
};
