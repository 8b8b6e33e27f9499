import { price } from '../../src/define/price-crossing.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { productAdded } from '../../src/events/product-added.ts';
import { cart } from '../../src/projections/cart.ts';
import { journey } from '../../workflows/sdk/journey.ts';
import {
  becameCheaper,
  deliveryStatusRequested,
  howIsIt,
  orderDelivered,
  orderRefunded,
  orderShipped,
  parcelLate,
  productViewed,
} from './parcel-care-events.ts';

/** The examples of docs/write-a-journey.md, which a test compares with the page. */
export const parcelCare = journey({
  starts: orderShipped,
  ends: { returned: orderRefunded },
  hears: { delivered: orderDelivered, asked: deliveryStatusRequested },
  per: 'order_id',
  carries: ['order_id', 'carrier'],
  again: 'never',
  lasts: '30 days',
  holdout: 0.1,
  cap: { sends: 2, within: '7 days' },
  settings: { patience: '5 days' },
  splits: { tone: { plain: 0.5, warm: 0.5 } },

  async run(order) {
    const delivered = await order.until('delivered', order.settings.patience);
    if (!delivered) {
      await order.send(parcelLate);
      return 'late';
    }
    await order.wait('2 days');
    if ((await order.split('tone')) === 'warm') await order.send(howIsIt);
    return 'arrived';
  },
});

export const lookedAgain = journey({
  starts: productAdded,
  hears: { viewed: productViewed },
  carries: ['product_id'],
  lasts: '30 days',
  cap: { sends: 1, within: '7 days' },
  async run(cart) {
    const again = await cart.until('viewed', '2 days', { where: { product_id: cart.carries.product_id } });
    return again ? 'again' : 'gone';
  },
});

export const cheaperCart = journey({
  starts: productAdded,
  ends: { ordered: orderCompleted },
  hearsOf: { cheaper: price.falls() },
  per: 'cart_id',
  holds: cart,
  lasts: '10 days',
  cap: { sends: 1, within: '7 days' },

  async run(cart) {
    const cheaper = await cart.until('cheaper', '2 days');
    if (!cheaper) return 'as-dear-as-ever';
    const items = (await cart.items()).filter(({ sku }) => sku === cheaper.sku);
    await cart.send(becameCheaper, { items, priceMinor: cheaper.priceMinor, currency: cheaper.currency });
    return 'told';
  },
});
