import { lastOrdered, ordered, spent, type Predicate } from '../define/predicate.ts';
import { frequencyBands, monetaryBands, recencyBands, type Score } from '../domain/rfm.ts';
import { shopCurrency } from './shop-currency.ts';

/** Scores of recency, frequency and money as predicates; `src/domain/rfm.ts` says what they are and why. */
export const recencyAtLeast = (score: Score): Predicate =>
  score === 1 ? ordered() : lastOrdered().within(recencyBands[score]);

/** Has ordered, and not for long: the score is this or a lower one. */
export const recencyAtMost = (score: Score): Predicate =>
  score === 5
    ? ordered()
    : lastOrdered().longerAgoThan(recencyBands[(score + 1) as keyof typeof recencyBands]);

export const frequencyAtLeast = (score: Score): Predicate => ordered().atLeast(frequencyBands[score]);

export const monetaryAtLeast = (score: Score): Predicate =>
  score === 1 ? ordered() : spent(shopCurrency).atLeast(monetaryBands[score]);
