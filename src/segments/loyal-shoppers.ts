import { ordersAtLeast } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';

/** Came back more than once. */
export const loyalShoppers = segment('loyal-shoppers', ordersAtLeast(3));
