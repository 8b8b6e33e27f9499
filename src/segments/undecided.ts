import { did } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';
import { orderCompleted } from '../events/order-completed.ts';
import { productAdded } from '../events/product-added.ts';

/** Put something into a cart in the last 14 days and has not ordered since. After two weeks a cart is forgotten. */
export const undecided = segment(
  'undecided',
  did(productAdded).within('14 days').notFollowedBy(orderCompleted),
);
