import { spanMs } from './span.ts';

/**
 * Recency, frequency and monetary scores, 1 to 5, of whoever has ordered. Fixed bands, not fifths of all customers:
 * what a customer does and the passing of time change a score, what others do never does. So it is current at every
 * moment, can be explained ("ordered 40 days ago: 4"), and nobody enters or leaves a segment because the shop grew.
 * Frequency and money count over all time, so that who was a good customer and stays away can still be told from who
 * never was one. The price of it: a shop of other rhythms and prices has to set the bands to its own.
 */
export type Score = 1 | 2 | 3 | 4 | 5;

/** The last order is younger than this; 1: it is older than all of them. 120 days and more are the field's "not recent". */
export const recencyBands = { 5: '30 days', 4: '120 days', 3: '180 days', 2: '365 days' } as const;

/** At least so many orders. Most who buy on the web buy once: a score of its own. Three is where "often" begins. */
export const frequencyBands = { 1: 1, 2: 2, 3: 3, 4: 5, 5: 10 } as const;

/** At least so much spent, less refunds, in major units of the shop's currency. */
export const monetaryBands = { 1: 0, 2: 100, 3: 250, 4: 500, 5: 1_000 } as const;

/** What scores are made of. */
export interface OrderTotals {
  /** That were not cancelled. */
  orders: number;
  lastAt: Date | null;
  /** Less refunds, in major units of the shop's currency. */
  spent: number;
}

export interface Scores {
  recency: Score;
  frequency: Score;
  monetary: Score;
}

/** The scores at a moment of who has such orders; null: of none, there is nothing to score. */
export function scoresOf({ orders, lastAt, spent }: OrderTotals, now: Date): Scores | null {
  if (lastAt === null) return null;
  const ageMs = now.getTime() - lastAt.getTime();
  return {
    recency: highest(
      (score) => score > 1 && ageMs < spanMs(recencyBands[score as keyof typeof recencyBands]),
    ),
    frequency: highest((score) => orders >= frequencyBands[score]),
    monetary: highest((score) => spent >= monetaryBands[score]),
  };
}

const descending: readonly Score[] = [5, 4, 3, 2, 1];
const highest = (reaches: (score: Score) => boolean): Score => descending.find(reaches) ?? 1;
