import { orderCompleted } from '../../src/events/order-completed.ts';
import { productAdded } from '../../src/events/product-added.ts';
import { cartNudge } from '../../src/messages/cart-nudge.ts';
import { cartOffer } from '../../src/messages/cart-offer.ts';
import { cart } from '../../src/projections/cart.ts';
import { loyalShoppers } from '../../src/segments/loyal-shoppers.ts';
import { journey } from '../sdk/journey.ts';

/** A nudge when a cart goes quiet; on a phone we wait longer, for people come back at a desk. */
export const abandonedCart = journey({
  starts: productAdded,
  ends: { ordered: orderCompleted },
  per: 'cart_id',
  carries: ['cart_id'],
  holds: cart,
  again: 'after 7 days',
  lasts: '10 days',
  holdout: 0.1,
  cap: { sends: 2, within: '7 days' },
  settings: { phone: '3 hours', desk: '45 minutes' },

  async run(cart) {
    await cart.quiet(cart.first.device === 'mobile' ? cart.settings.phone : cart.settings.desk);
    const items = await cart.items();
    if (items.length === 0) return 'emptied';
    await cart.send(cartNudge, { items });

    await cart.wait('1 day');
    if (await cart.isIn(loyalShoppers)) {
      await cart.send(cartOffer, { items: await cart.items(), percentOff: 10 });
    }
    await cart.wait('3 days');
    return 'lost';
  },
});
