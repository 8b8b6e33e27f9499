import type { PriceCrossing } from './price-crossing.ts';
import type { StockCrossing } from './watch.ts';

/** What can happen to a product that journeys hear of. */
export type ProductCrossing = StockCrossing | PriceCrossing;

/** The same for the same crossing: what is owed for it is kept under this. */
export function crossingKey(crossing: ProductCrossing): string {
  return crossing.of === 'price' ? 'price falls' : `stock ${crossing.direction} ${crossing.level}`;
}
