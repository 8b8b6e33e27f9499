import { all, firstDid, not, ordered } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';
import { productViewed } from '../events/product-viewed.ts';

/**
 * Is new: first looked at a product in the last 30 days. Who has an older order was there before, in the shop round
 * the corner or before Kairos was, and is not new. A visitor who turns out to be an old customer is not new either.
 */
export const newcomers = segment(
  'newcomers',
  all(firstDid(productViewed).within('30 days'), not(ordered().longerAgoThan('30 days'))),
);
