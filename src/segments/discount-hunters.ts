import { all, any, did, known, above, ordered } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';
import { orderCompleted } from '../events/order-completed.ts';

/**
 * Buys at a lower price or not at all: two or more orders of the last year with a coupon or a discount, among no more
 * than four, so that it was half of them or more. Who orders more often than that takes coupons along the way, and
 * needs none.
 */
export const discountHunters = segment(
  'discount-hunters',
  all(
    any(
      did(orderCompleted).with({ coupon: known }).atLeast(2).within('365 days'),
      did(orderCompleted)
        .with({ discount: above(0) })
        .atLeast(2)
        .within('365 days'),
    ),
    ordered().atLeast(2).within('365 days'),
    ordered().atMost(4).within('365 days'),
  ),
);
