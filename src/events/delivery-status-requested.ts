import { event } from '../define/event.ts';

/** The customer asks where an order is. */
export const deliveryStatusRequested = event<{
  order_id?: string;
}>('Delivery Status Requested');
