import { ordered } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';

/** Has ordered twice or more often. */
export const repeatBuyers = segment('repeat-buyers', ordered().atLeast(2));
