import { message } from '../define/message.ts';
import type { CartItem } from '../projections/cart.ts';

/** You left something in your cart. */
export const cartNudge = message<{ items: CartItem[] }>({
  name: 'cart-nudge',
  purpose: 'help',
  about: 'items',
  while: ['in-cart', 'in-stock', 'not-bought'],
  channels: ['email', 'sms'],
  reviews: true,
  // Whether to ask what is unclear, instead of reminding, is for an operator to try.
  variants: { reminder: 1, question: 0 },
});
