import { event } from '../define/event.ts';

export const informationRequested = event<{
  product_id?: string;
  sku?: string;
}>('Information Requested');
