import type { ProductCrossing } from '../define/product-crossing.ts';
import { isCrossed } from './watch-book.ts';

/** What a product costs, in minor units of the currency. */
export interface Price {
  priceMinor: number;
  currency: string;
}

/** What is known of a product; null: nobody has reported it. */
export interface ProductState {
  units: number | null;
  price: Price | null;
}

/** Whether units went over or under the level, or the price went down. */
export function isProductCrossed(
  crossing: ProductCrossing,
  before: ProductState,
  after: ProductState,
): boolean {
  return crossing.of === 'price'
    ? isLower(after.price, before.price)
    : isCrossed(crossing, before.units, after.units);
}

/** Whether what was crossed is so still: nobody is to hear of what is over. */
export function stillHolds(
  crossing: ProductCrossing,
  before: Pick<ProductState, 'price'>,
  now: ProductState,
): boolean {
  if (crossing.of === 'price') return isLower(now.price, before.price);
  if (now.units === null) return false;
  return crossing.direction === 'falls' ? now.units <= crossing.level : now.units > crossing.level;
}

/** Of two prices that can be compared. */
export function isLower(one: Price | null, other: Price | null): boolean {
  return (
    one !== null && other !== null && one.currency === other.currency && one.priceMinor < other.priceMinor
  );
}
