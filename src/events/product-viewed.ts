import { event } from '../define/event.ts';

export const productViewed = event<{
  product_id?: string;
  sku?: string;
  category?: string;
}>('Product Viewed');
