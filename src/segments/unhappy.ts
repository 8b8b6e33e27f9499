import { all, any, did, hasOpenOrder, wasDelivered } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';
import { deliveryStatusRequested } from '../events/delivery-status-requested.ts';
import { supportRequested } from '../events/support-requested.ts';
import { supportResolved } from '../events/support-resolved.ts';

/**
 * Waits for something to be put right: asked for help in the last 30 days and it was not resolved, or waits for an
 * order of 10 to 60 days ago. Late is only whom a delivery was ever reported of, or who asked where the parcel is: a
 * shop that reports no deliveries would else find everybody unhappy.
 */
export const unhappy = segment(
  'unhappy',
  any(
    did(supportRequested).within('30 days').notFollowedBy(supportResolved),
    all(
      hasOpenOrder().longerAgoThan('10 days').within('60 days'),
      any(wasDelivered(), did(deliveryStatusRequested).within('30 days')),
    ),
  ),
);
