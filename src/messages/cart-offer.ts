import { message } from '../define/message.ts';
import type { CartItem } from '../projections/cart.ts';

/** Something off what is still in your cart. */
export const cartOffer = message<{ items: CartItem[]; percentOff: number }>({
  name: 'cart-offer',
  purpose: 'offer',
  about: 'items',
  while: ['in-cart', 'in-stock', 'not-bought'],
  channels: ['email', 'sms'],
  reviews: true,
  recommendations: 2,
});
