import { all } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';
import { frequencyAtLeast, monetaryAtLeast, recencyAtMost } from './rfm.ts';

/** Was a champion and stays away: scores 4 or 5 in frequency and money, 1 or 2 in recency. */
export const cannotLose = segment(
  'cannot-lose',
  all(recencyAtMost(2), frequencyAtLeast(4), monetaryAtLeast(4)),
);
