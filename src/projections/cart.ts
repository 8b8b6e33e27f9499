import { productProjection } from '../define/projection.ts';

/** A line of the cart, as a journey sees it and a message receives it. Money in minor units. */
export interface CartItem {
  line: string;
  /** Null too when it is more than a short and plain identifier; a message's templates have it all the same. */
  sku: string | null;
  /** Null likewise. */
  productId: string | null;
  quantity: number;
  priceMinor: number | null;
  currency: string | null;
}

/** What is in the cart now. */
export const cart = productProjection<{ items: CartItem[] }>({
  name: 'cart',
  changedBy: ['Product Added', 'Product Removed', 'Cart Viewed', 'Checkout Started'],
  reads: ['items'],
});
