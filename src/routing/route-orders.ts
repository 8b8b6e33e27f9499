import type { TransactionSql } from 'postgres';
import { loadOrders, saveOrders } from '../db/queries/routing-facts.ts';
import { applyToOrder, erasedOrderId, orderEvents, orderIdOf } from './orders.ts';
import type { OwnedEvent, RoutingContext } from './route-batch.ts';

/**
 * Keeps the orders: folds the batch's order events over those already known by their `order_id`. What comes in of the
 * order of somebody who was erased still changes what it is worth, and whose it is no more. Answers whose orders turned
 * out to be another customer's, and by which event.
 */
export async function routeOrders(
  tx: TransactionSql,
  context: RoutingContext,
  owned: readonly OwnedEvent[],
): Promise<OwnedEvent[]> {
  const concerned = owned
    .filter(({ event }) => orderEvents.includes(event.name ?? ''))
    .map((one) => ({ ...one, orderId: orderIdOf(one.event) }))
    .filter((one): one is OwnedEvent & { orderId: string } => one.orderId !== null);
  if (concerned.length === 0) return [];
  const ids = [...new Set(concerned.map(({ orderId }) => orderId))];
  const erased = new Map(ids.map((id) => [erasedOrderId(id, context.secret), id]));
  const known = await loadOrders(tx, [...ids, ...erased.keys()]);
  const orders = new Map(known.map((order) => [erased.get(order.orderId) ?? order.orderId, order]));
  const lost: OwnedEvent[] = [];
  for (const { event, customerId, orderId } of concerned) {
    const order = orders.get(orderId);
    const owner = order && erased.has(order.orderId) ? order.customerId : customerId;
    const after = applyToOrder(order, event, owner, context.currency);
    if (order && order.customerId !== after.customerId) lost.push({ event, customerId: order.customerId });
    orders.set(orderId, after);
  }
  await saveOrders(tx, [...orders.values()]);
  return lost;
}
