import type { TransactionSql } from 'postgres';
import { loadOrders, saveOrders } from '../db/queries/routing-facts.ts';
import { applyToOrder, orderEvents, orderIdOf } from './orders.ts';
import type { OwnedEvent, RoutingContext } from './route-batch.ts';

/** Keeps the orders: folds the batch's order events over those already known by their `order_id`. */
export async function routeOrders(
  tx: TransactionSql,
  context: RoutingContext,
  owned: OwnedEvent[],
): Promise<void> {
  const concerned = owned
    .filter(({ event }) => orderEvents.includes(event.name ?? ''))
    .map((one) => ({ ...one, orderId: orderIdOf(one.event) }))
    .filter((one): one is OwnedEvent & { orderId: string } => one.orderId !== null);
  if (concerned.length === 0) return;
  const ids = [...new Set(concerned.map(({ orderId }) => orderId))];
  const orders = new Map((await loadOrders(tx, ids)).map((order) => [order.orderId, order]));
  for (const { event, customerId, orderId } of concerned) {
    orders.set(orderId, applyToOrder(orders.get(orderId), event, customerId, context.currency));
  }
  await saveOrders(tx, [...orders.values()]);
}
