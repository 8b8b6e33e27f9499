import type { ProductCrossing } from '../define/product-crossing.ts';
import type { StockCrossing } from '../define/watch.ts';

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

/** When something happened to a product, and by which event. Epoch milliseconds of Kairos's time. */
export interface Moved {
  at: number;
  eventId: string;
}

/** Who is told of each report on a product that took effect, in order: what was known before it, and is after it. */
export interface ProductListener {
  /** Its units. */
  changed(sku: string, before: number | null, after: Moved & { units: number }): void;
  /** Its price in force. */
  repriced(sku: string, before: Price | null, after: Moved & Price): void;
}

/** Whether units went over or under a crossing's level. From an unknown stock there is no crossing. */
export function isCrossed(
  { direction, level }: StockCrossing,
  before: number | null,
  after: number | null,
): boolean {
  if (before === null || after === null) return false;
  return direction === 'falls' ? before > level && after <= level : before <= level && after > level;
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
