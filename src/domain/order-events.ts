/** The events that change orders. */
export const orderEvents: readonly string[] = [
  'Order Completed',
  'Order Updated',
  'Order Refunded',
  'Order Cancelled',
  'Order Shipped',
  'Order Delivered',
];
