import { all, ordered } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';

/**
 * Has ordered once, lately. The second order is what everything depends on, and four months are what the field calls
 * recent: whoever has not come back by then is `about-to-lapse`.
 */
export const firstTimeBuyers = segment(
  'first-time-buyers',
  all(ordered().exactly(1), ordered().within('120 days')),
);
