import { event } from '../define/event.ts';

/** Somebody asks to be told when a product is there again. */
export const backInStockRequested = event<{
  product_id?: string;
  sku?: string;
}>('Back In Stock Requested');
