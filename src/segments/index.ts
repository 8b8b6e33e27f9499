import { loyalShoppers } from './loyal-shoppers.ts';

/** Every segment, by name. */
export const segments = [loyalShoppers];
