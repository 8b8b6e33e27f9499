/** A change of a product's price that somebody may be told of. */
export interface PriceCrossing {
  readonly of: 'price';
  readonly direction: 'falls';
}

/** Crossings of a product's price. From an unknown price, or into another currency, there is none. */
export const price = {
  /** What it costs now is less than what it cost before. */
  falls: (): PriceCrossing => ({ of: 'price', direction: 'falls' }),
};
