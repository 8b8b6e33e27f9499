import { armKeyOf, armOf, globalHoldoutOf, holdoutOf } from '../domain/holdout.ts';
import type { DemoCustomer, DemoProduct } from './shop.ts';

/** Where the demo runs, and with which keys. */
export interface DemoPlace {
  url: string;
  writeKey: string;
  adminKey: string;
}

/** Whether the customer agreed to e-mail and is not held out of a journey: who gets what it sends. */
export function willHear(
  { userId, consents }: DemoCustomer,
  journey: { name: string; holdout: number },
): boolean {
  const arm = armOf(armKeyOf(userId), globalHoldoutOf(0), holdoutOf(journey.name, journey.holdout));
  return consents.email === true && arm === 'treated';
}

/** The command that puts a product into a customer's cart and leaves it there. */
export function leaveCart(place: DemoPlace, customer: DemoCustomer, product: DemoProduct): string {
  const { sku, title, price } = product;
  return curl(`${place.url}/v1/track`, place.writeKey, 'application/json', {
    userId: customer.userId,
    event: 'Product Added',
    properties: { cart_id: `cart-of-${customer.userId}`, sku, product_id: sku, name: title, price },
  });
}

/** The command that puts some of a sold-out product back on the shelf. Its id is new each time, or it would be a repeat. */
export function restock(
  place: DemoPlace,
  sku: string,
  { available, id }: { available: number; id: string },
): string {
  return curl(`${place.url}/v1/events`, place.adminKey, 'application/cloudevents+json', {
    specversion: '1.0',
    id,
    source: '/demo/warehouse',
    type: 'stock.changed',
    subject: sku,
    data: { available },
  });
}

function curl(url: string, key: string, contentType: string, body: object): string {
  return `curl -u ${key}: ${url} -H 'content-type: ${contentType}' -d '${JSON.stringify(body)}'`;
}
