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
