import { hasOpenOrder } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';

/**
 * Waits for an order of the last ten days. Where nobody reports deliveries, ten days are what a parcel is given to
 * arrive; after that it is late, see `unhappy`.
 */
export const expectingOrder = segment('expecting-order', hasOpenOrder().within('10 days'));
