import type { Choice } from '../define/competing.ts';

/** A product that a customer waits for, as far as a choice goes by it. */
export interface Candidate {
  sku: string;
  /** Since when they wait, epoch milliseconds. */
  since: number;
  /** What it costs, in minor units; null: nobody knows. */
  priceMinor: number | null;
  currency: string | null;
}

/** Which of the others is a better choice than this one, in words for an operator; null: this one is the best. */
export function betterThan(own: Candidate, others: readonly Candidate[], choice: Choice): string | null {
  const best = others.reduce((found, one) => (isBetter(one, found, choice) ? one : found), own);
  if (best === own) return null;
  const why = {
    'longest-waiting': 'for longer',
    dearest: 'and it costs more',
    cheapest: 'and it costs less',
  };
  return `the customer waits for ${best.sku} too, ${why[choice]}`;
}

/** What cannot be compared, or is the same, goes by who has waited longer. */
function isBetter(one: Candidate, than: Candidate, choice: Choice): boolean {
  const waitsLonger = one.since < than.since || (one.since === than.since && one.sku < than.sku);
  const isComparable = one.currency === than.currency && one.priceMinor !== null && than.priceMinor !== null;
  if (choice === 'longest-waiting' || !isComparable || one.priceMinor === than.priceMinor) return waitsLonger;
  return choice === 'dearest' ? one.priceMinor! > than.priceMinor! : one.priceMinor! < than.priceMinor!;
}
