import { all, did, not, ordered } from '../define/predicate.ts';
import { segment } from '../define/segment.ts';
import { productAdded } from '../events/product-added.ts';
import { productViewed } from '../events/product-viewed.ts';

/**
 * Looks and does not take: looked at products three times or more in the last 30 days, put nothing into a cart and
 * ordered nothing. Three is what the field calls often; one look is an accident.
 */
export const windowShoppers = segment(
  'window-shoppers',
  all(
    did(productViewed).atLeast(3).within('30 days'),
    not(did(productAdded).within('30 days')),
    not(ordered().within('30 days')),
  ),
);
