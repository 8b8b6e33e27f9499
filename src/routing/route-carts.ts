import type { TransactionSql } from 'postgres';
import { loadCarts, saveCarts, type OwnedCart } from '../db/queries/routing-facts.ts';
import { applyToCart, cartEvents, emptyCart } from '../domain/cart.ts';
import { cutText } from '../domain/cut-text.ts';
import type { OwnedEvent, RoutingContext } from './route-batch.ts';

/**
 * Keeps the carts: folds the batch's cart events over the carts that these customers have. What was imported fills none,
 * for what is in a cart now is told live; an order takes out what was in it by then.
 */
export async function routeCarts(
  tx: TransactionSql,
  context: RoutingContext,
  owned: readonly OwnedEvent[],
): Promise<void> {
  const concerned = owned.filter(({ event }) =>
    event.imported ? event.name === 'Order Completed' : cartEvents.includes(event.name ?? ''),
  );
  if (concerned.length === 0) return;
  const known = await loadCarts(tx, [...new Set(concerned.map(({ customerId }) => customerId))]);
  const carts = new Map(known.map((cart) => [placeOf(cart), cart]));
  const changed = new Set<string>();
  for (const one of concerned) {
    for (const cart of cartsReached(carts, one)) {
      if (one.event.imported && cart.lines.length === 0) continue;
      const place = placeOf(cart);
      const properties = one.event.body.properties ?? {};
      const event = { name: one.event.name!, at: one.event.occurredAt, properties };
      carts.set(place, { ...cart, ...applyToCart(cart, event, context.currency) });
      changed.add(place);
    }
  }
  await saveCarts(
    tx,
    [...changed].map((place) => carts.get(place)!),
  );
}

/**
 * The carts an event reaches. With a cart id: that one. Without: all that the customer has something in; an addition
 * goes to the one of them touched last; with none at all, to the cart without an id. An order empties the cart without
 * an id too, whatever it carries: what was put there without saying where has most likely been bought.
 */
function cartsReached(carts: Map<string, OwnedCart>, { event, customerId }: OwnedEvent): OwnedCart[] {
  const key = cartIdOf(event.body.properties?.['cart_id']);
  const cartOf = (of: string) =>
    carts.get(placeOf({ customerId, key: of })) ?? { ...emptyCart(event.occurredAt), customerId, key: of };
  const nameless = carts.get(placeOf({ customerId, key: '' }));
  if (key !== null && event.name === 'Order Completed' && nameless) return [cartOf(key), nameless];
  if (key !== null) return [cartOf(key)];
  const filled = [...carts.values()]
    .filter((cart) => cart.customerId === customerId && cart.lines.length > 0)
    .sort((a, b) => b.lastActivityAt - a.lastActivityAt);
  if (filled.length === 0) return [cartOf('')];
  const goesToAll = event.name === 'Product Removed' || event.name === 'Order Completed';
  return goesToAll ? filled : filled.slice(0, 1);
}

function cartIdOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? cutText(value, 255) : null;
}

const placeOf = (of: { customerId: string; key: string }) => `${of.customerId}/${of.key}`;
