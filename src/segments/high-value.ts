import { spent } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';
import { shopCurrency } from './shop-currency.ts';

/**
 * Has spent 1,000 or more in the last year, less refunds. The year is the field's usual window for value; 1,000 is
 * about what the best tenth spends where an order is worth 100, and a shop of other prices sets its own.
 */
export const highValue = segment('high-value', spent(shopCurrency).atLeast(1_000).within('365 days'));
