import { stated } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';

/**
 * Says that it is for somebody else: `traits.stated.intent` is `gift`, or a list with it. What we only infer from what
 * is bought does not count: a mistake tells a child what is in the parcel.
 */
export const giftBuyers = segment('gift-buyers', stated('intent').has('gift'));
