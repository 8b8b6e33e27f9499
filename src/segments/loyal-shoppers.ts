import { all, any, ordered, spent, trait } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';
import { shopCurrency } from './shop-currency.ts';

/**
 * Comes back: three orders, or two that come to 500, or a high tier in the shop's loyalty programme, which a
 * point-of-sale feed tells by `identify` or import as the trait `loyalty_tier`.
 *
 * Three is where the field begins to say "often": one order may be chance, and two a coincidence. Money alone does not
 * make anybody loyal, so that 500 counts only with a second order.
 */
export const loyalShoppers = segment(
  'loyal-shoppers',
  any(
    ordered().atLeast(3),
    all(ordered().atLeast(2), spent(shopCurrency).atLeast(500)),
    trait('loyalty_tier').isOneOf('gold', 'platinum'),
  ),
);
