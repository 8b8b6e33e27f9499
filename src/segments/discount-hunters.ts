import { all, ordered, orderedReduced } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';

/**
 * Buys at a lower price or not at all: two or more orders of the last year with a coupon or a discount, among no more
 * than four, so that it was half of them or more. Who orders more often than that takes coupons along the way, and
 * needs none.
 */
export const discountHunters = segment(
  'discount-hunters',
  all(orderedReduced().atLeast(2).within('365 days'), ordered().atMost(4).within('365 days')),
);
