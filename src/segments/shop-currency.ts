let currency = 'USD';

/**
 * The currency in which the thresholds of the segments stand: the shop's. Orders in another count nothing towards them.
 * Asked when a predicate is compiled, for segments are declared before the environment is read.
 */
export const shopCurrency = (): string => currency;

/** Says, once and at the start of a process, what the shop's currency is there (`KAIROS_CURRENCY`). */
export function countInCurrency(code: string): void {
  currency = code;
}
