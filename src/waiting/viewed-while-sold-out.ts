import { waitingList } from '../define/waiting-list.ts';
import { backInStockRequested } from '../events/back-in-stock-requested.ts';
import { informationRequested } from '../events/information-requested.ts';
import { productAddedToWishlist } from '../events/product-added-to-wishlist.ts';
import { productAdded } from '../events/product-added.ts';
import { productViewed } from '../events/product-viewed.ts';
import { productWished } from '../events/product-wished.ts';

/** Who looked at a product, carted it, wished for it or asked about it while it was sold out, or asked to be told of it. */
export const viewedWhileSoldOut = waitingList({
  name: 'viewed-while-sold-out',
  opensOn: [productViewed, productAdded, productAddedToWishlist, productWished, informationRequested],
  asksOn: [backInStockRequested],
  substitutes: { named: true, else: { sameCategory: true, priceWithin: 0.2 } },
});
