import { saveOverrides, saveShopSettings } from '../../src/db/queries/save-settings.ts';
import { journeyScope, shopScope } from '../../src/domain/setting-scopes.ts';
import { cheaperNow } from '../../src/messages/cheaper-now.ts';
import { watchDefinitions } from '../../workflows/definitions.ts';
import { priceDrop } from '../../workflows/watches/price-drop.ts';
import type { GivenEvent } from './routing.ts';
import { startWorld } from './world.ts';

export const name = 'priceDrop';
export const sku = 'pot';

export const costs = (euros: number, over: Partial<GivenEvent> = {}): GivenEvent => ({
  ...{ kind: 'universal', name: 'price.changed', source: 'shop', subject: sku },
  properties: { priceMinor: Math.round(euros * 100), currency: 'EUR' },
  ...over,
});

export const looked = (userId: string, over: Partial<GivenEvent> = {}): GivenEvent => ({
  ...{ name: 'Product Viewed', userId, properties: { sku } },
  ...over,
});

export const shelf = (available: number): GivenEvent => ({
  ...{
    kind: 'universal',
    name: 'stock.changed',
    source: 'shop',
    subject: sku,
    properties: { available, location: '' },
  },
});

export const ordered = (userId: string, bought = sku, id = `order of ${userId}`): GivenEvent => ({
  ...{ name: 'Order Completed', userId },
  properties: { order_id: id, total: 10, currency: 'EUR', products: [{ sku: bought, quantity: 1 }] },
});

/** The shipped watch over one product, with nobody held out and no caps. */
export async function startDrops() {
  const watch = { ...watchDefinitions({ priceDrop })[0]!, holdout: 0 };
  const world = await startWorld(watch, cheaperNow, { currency: 'EUR' });
  const { sql, clock, sent } = world;
  const caps = { helpAndOffer: [], offer: [] };
  await saveShopSettings(sql, { scope: shopScope, value: { caps }, at: clock.now() });
  const run = async () => (await world.runOf(sku)) ?? null;
  /** What the run was woken by last: how many it finds; null when it has no run. */
  const gather = async () => ((await run()) ? world.gather(sku) : null);
  const wave = () => world.wave(sku);
  const served = async (): Promise<string[]> => {
    const before = sent.length;
    if (await run()) await wave();
    return sent.slice(before).map(({ to }) => to.replace(/@.*/, ''));
  };
  return {
    ...world,
    ...{ run, gather, wave, served },
    /** Lets so many hours pass, and then things happen, one after the other. */
    async happens(hours: number, ...events: GivenEvent[]) {
      world.moveTo(new Date(clock.now().getTime() + hours * 3_600_000).toISOString());
      await world.happens(...events);
    },
    set: (overrides: Record<string, string | number>) =>
      saveOverrides(sql, { scope: journeyScope(name), overrides, at: clock.now() }),
    /** Gathers, and serves one wave: the names of those who are told. */
    async told(): Promise<string[]> {
      await gather();
      return served();
    },
    /** The words of what was last said of somebody. */
    async words(userId: string): Promise<string> {
      const [row] = await sql<{ words: string }[]>`
        select d.verdicts -> -1 ->> 'words' as words from deliveries d
        join customer_ids i on i.customer_id = d.customer_id and i.external_id = ${userId} order by d.at desc limit 1`;
      return row?.words ?? '';
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}
