import { event } from '../define/event.ts';

export const productAdded = event<{
  cart_id?: string;
  product_id?: string;
  sku?: string;
  name?: string;
  price?: number;
  quantity?: number;
}>('Product Added');
