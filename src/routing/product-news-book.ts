import type { ProductHappened } from '../db/queries/product-news.ts';
import type { ProductCrossing } from '../define/product-crossing.ts';
import type { ProductHearers } from './product-hearers.ts';
import { isCrossed, isLower, type Moved, type Price, type ProductListener } from './product-state.ts';

/**
 * What happens to products in a batch that journeys hear of: report by report, as watches are woken, so that how events
 * fall into batches changes nothing. Of one crossing of a product the newest counts, and the highest price before it.
 */
export class ProductNewsBook implements ProductListener {
  readonly #crossings: readonly (readonly [key: string, crossing: ProductCrossing])[];
  readonly #happened = new Map<string, ProductHappened>();

  constructor({ crossings }: Pick<ProductHearers, 'crossings'>) {
    this.#crossings = [...crossings];
  }

  /** Whether any of them hears of prices. */
  get hearsPrices(): boolean {
    return this.#crossings.some(([, { of }]) => of === 'price');
  }

  changed(sku: string, before: number | null, { units, ...moved }: Moved & { units: number }): void {
    this.#tell({ sku, before: null, ...moved }, (one) => one.of === 'stock' && isCrossed(one, before, units));
  }

  repriced(sku: string, before: Price | null, { at, eventId, ...price }: Moved & Price): void {
    this.#tell({ sku, at, eventId, before }, (one) => one.of === 'price' && isLower(price, before));
  }

  happened(): ProductHappened[] {
    return [...this.#happened.values()];
  }

  #tell(what: Omit<ProductHappened, 'crossing'>, isMet: (crossing: ProductCrossing) => boolean): void {
    for (const [crossing, declared] of this.#crossings) {
      if (!isMet(declared)) continue;
      const place = JSON.stringify([what.sku, crossing]);
      const earlier = this.#happened.get(place)?.before ?? null;
      const before = isLower(what.before, earlier) ? earlier : what.before;
      this.#happened.set(place, { ...what, crossing, before });
    }
  }
}
