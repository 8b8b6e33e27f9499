import { demoCustomers, demoProducts, soldOut, type DemoCustomer } from './shop.ts';

/** A Segment message, as it stands in a batch. */
export interface DemoMessage {
  type: 'identify' | 'track';
  messageId: string;
  userId: string;
  timestamp: string;
  event?: string;
  traits?: Record<string, unknown>;
  properties?: Record<string, unknown>;
  context?: Record<string, unknown>;
}

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;

/** How many of the customers have a cart, from the first; and how many of these ordered in the end. */
const withCart = 10;
const ordered = 3;

/**
 * What happened in the shop before somebody looked: who its customers are, what they ordered in past months, the carts
 * of the last half hour, and who looked for what is sold out. The same ids every time: posted again, nothing changes.
 * @param nowMs real time; all of it lies before.
 */
export function demoHistory(nowMs: number): DemoMessage[] {
  return [
    ...demoCustomers.map((customer) => identified(customer, nowMs)),
    ...demoCustomers.flatMap((customer) => pastOrders(customer, nowMs)),
    ...demoCustomers.slice(0, withCart).flatMap((customer, place) => cartOf(customer, place, nowMs)),
    ...demoCustomers.slice(withCart - 2, withCart + 8).map((customer, place) => look(customer, place, nowMs)),
  ];
}

/** The customers nothing is under way for: who may be given a cart by hand. */
export const idleCustomers: readonly DemoCustomer[] = demoCustomers.slice(withCart + 8);

function identified({ userId, firstName, phone, consents }: DemoCustomer, nowMs: number): DemoMessage {
  return {
    type: 'identify',
    messageId: `demo-identify-${userId}`,
    userId,
    timestamp: at(nowMs - 250 * dayMs),
    traits: { firstName, email: `${userId}@example.test`, ...(phone ? { phone } : {}) },
    context: { consent: { channels: consents } },
  };
}

function pastOrders({ userId, orders }: DemoCustomer, nowMs: number): DemoMessage[] {
  return Array.from({ length: orders }, (_, nth) => {
    const { sku, title, price } = demoProducts[(userId.length + nth) % demoProducts.length]!;
    return track(userId, `order-${nth}`, nowMs - (200 - 60 * nth) * dayMs, 'Order Completed', {
      order_id: `demo-${userId}-${nth}`,
      total: price,
      currency: 'USD',
      products: [{ sku, product_id: sku, name: title, price, quantity: 1 }],
    });
  });
}

function cartOf({ userId }: DemoCustomer, place: number, nowMs: number): DemoMessage[] {
  const { sku, title, price } = demoProducts[1 + (place % (demoProducts.length - 1))]!;
  const product = { sku, product_id: sku, name: title, price, quantity: 1 + (place % 2) };
  const addedAt = nowMs - (30 - 2 * place) * minuteMs;
  const added = track(userId, 'added', addedAt, 'Product Added', { cart_id: `cart-${userId}`, ...product });
  if (place % 3 === 1) added.context = { device: { type: 'mobile' } };
  if (place >= ordered) return [added];
  const order = { order_id: `demo-${userId}-cart`, cart_id: `cart-${userId}`, total: price, currency: 'USD' };
  return [
    added,
    track(userId, 'bought', addedAt + minuteMs, 'Order Completed', { ...order, products: [product] }),
  ];
}

function look({ userId }: DemoCustomer, place: number, nowMs: number): DemoMessage {
  const { sku, title, price } = demoProducts.find((product) => product.sku === soldOut)!;
  // Not before it was sold out, which for Kairos is when the catalogue said so.
  return track(userId, 'looked', nowMs + place, 'Product Viewed', {
    sku,
    product_id: sku,
    name: title,
    price,
  });
}

function track(
  userId: string,
  what: string,
  ms: number,
  event: string,
  properties: Record<string, unknown>,
): DemoMessage {
  return {
    type: 'track',
    messageId: `demo-${what}-${userId}`,
    userId,
    timestamp: at(ms),
    event,
    properties,
  };
}

const at = (ms: number) => new Date(ms).toISOString();
