import { all, consented, reachable } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';

/** Has a phone number and said yes to text messages. */
export const reachableByPhone = segment('reachable-by-phone', all(reachable('sms'), consented('sms')));
