import { event } from '../define/event.ts';

export const orderCompleted = event<{
  order_id: string;
  cart_id?: string;
  total?: number;
  revenue?: number;
  coupon?: string;
  discount?: number;
  currency?: string;
  products?: { product_id?: string; sku?: string; quantity?: number; price?: number }[];
}>('Order Completed');
