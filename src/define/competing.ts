import type { Span } from '../domain/span.ts';

/**
 * What a watch does about a customer who waits for several products that are back at the same time. They are told of
 * together, up to `combine` in one message; `within`: the first wave waits so long for others to come back, and none does
 * if not said. Or the best one is chosen and the others wait for a later wave: as long for the first wave, and for `within`
 * at most after they were first passed over.
 */
export type Competing =
  | { readonly combine: number; readonly within?: Span; readonly choose?: never }
  | { readonly choose: Choice; readonly within: Span; readonly combine?: never };

/** Which of several is the best: for which the customer has waited longest, or that costs most, or least. */
export const choices = ['longest-waiting', 'dearest', 'cheapest'] as const;
export type Choice = (typeof choices)[number];

/** At most so many products are told of in one message. */
export const mostCombined = 10;
