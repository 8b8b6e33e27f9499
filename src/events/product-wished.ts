import { event } from '../define/event.ts';

/** As shops say it that do not follow the Segment specification's `Product Added to Wishlist`. */
export const productWished = event<{
  product_id?: string;
  sku?: string;
}>('Product Wished');
