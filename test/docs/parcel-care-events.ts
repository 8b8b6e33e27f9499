import { event } from '../../src/define/event.ts';
import { message } from '../../src/define/message.ts';
import type { CartItem } from '../../src/projections/cart.ts';

export const orderShipped = event<{ order_id: string; carrier?: string }>('Order Shipped');
export const orderDelivered = event<{ order_id?: string }>('Order Delivered');
export const orderRefunded = event<{ order_id: string }>('Order Refunded');
export const deliveryStatusRequested = event<{ order_id?: string }>('Delivery Status Requested');
export const productViewed = event<{ product_id?: string }>('Product Viewed');

type Nothing = Record<string, never>;
export const parcelLate = message<Nothing>({ name: 'parcel-late', purpose: 'help', channels: ['email'] });
export const howIsIt = message<Nothing>({ name: 'how-is-it', purpose: 'help', channels: ['email'] });
export const becameCheaper = message<{ items: CartItem[]; priceMinor: number; currency: string }>({
  name: 'became-cheaper',
  purpose: 'help',
  channels: ['email'],
});
