import { event } from '../define/event.ts';

export const productAddedToWishlist = event<{
  product_id?: string;
  sku?: string;
}>('Product Added to Wishlist');
