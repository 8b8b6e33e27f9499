import type { Span } from '../domain/span.ts';

/**
 * What a watch does about a customer who waits for several products that are back at the same time: `within` so long after
 * one has come back others may join it. They are told of together, up to `combine` in one message, or the best one is
 * chosen and the others wait for a later wave, for `within` at most after they were first passed over.
 */
export type Competing =
  | { readonly within: Span; readonly combine: number; readonly choose?: never }
  | { readonly within: Span; readonly choose: Choice; readonly combine?: never };

/** Which of several is the best: for which the customer has waited longest, or that costs most, or least. */
export const choices = ['longest-waiting', 'dearest', 'cheapest'] as const;
export type Choice = (typeof choices)[number];

/** At most so many products are told of in one message. */
export const mostCombined = 10;
