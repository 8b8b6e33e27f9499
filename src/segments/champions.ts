import { all } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';
import { frequencyAtLeast, monetaryAtLeast, recencyAtLeast } from './rfm.ts';

/** Scores 4 or 5 in all three of recency, frequency and money: ordered lately, often, and for much. */
export const champions = segment(
  'champions',
  all(recencyAtLeast(4), frequencyAtLeast(4), monetaryAtLeast(4)),
);
