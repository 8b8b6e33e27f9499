import { waitingList } from '../define/waiting-list.ts';
import { informationRequested } from '../events/information-requested.ts';
import { productAddedToWishlist } from '../events/product-added-to-wishlist.ts';
import { productAdded } from '../events/product-added.ts';
import { productViewed } from '../events/product-viewed.ts';

/** Who looked at a product, carted it, wished for it or asked about it while it was sold out. */
export const viewedWhileSoldOut = waitingList({
  name: 'viewed-while-sold-out',
  opensOn: [productViewed, productAdded, productAddedToWishlist, informationRequested],
});
