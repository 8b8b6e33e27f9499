import { lastOrdered } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';

/** Has ordered, and not for 180 days: the half year after which the field counts a buyer as lost to be won back. */
export const lapsed = segment('lapsed', lastOrdered().longerAgoThan('180 days'));
