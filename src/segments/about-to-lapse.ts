import { lastOrdered } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';

/**
 * Ordered last between four and six months ago: no longer what the field calls recent (120 days), not yet what it calls
 * lapsed (180 days), and so the time at which a reminder is worth most.
 */
export const aboutToLapse = segment(
  'about-to-lapse',
  lastOrdered().longerAgoThan('120 days').within('180 days'),
);
