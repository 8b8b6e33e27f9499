import { cutText } from '../domain/cut-text.ts';
import { currencyFrom, toMinor } from '../domain/money.ts';
import { hashedName } from '../domain/safe-name.ts';
import type { AcceptedEvent } from './event.ts';

export { orderEvents } from '../domain/order-events.ts';

/** An order as routing keeps it. Money in minor units, times in epoch milliseconds. */
export interface Order {
  orderId: string;
  customerId: string;
  valueMinor: number;
  refundedMinor: number;
  currency: string;
  /** Some report of it had a coupon or a discount. */
  reduced: boolean;
  orderedAt: number;
  cancelledAt: number | null;
  /** As first reported, whatever else of it is still to come. */
  shippedAt: number | null;
  deliveredAt: number | null;
  /** When the report that the value comes from occurred: a later report updates, an earlier one does not. */
  reportedAt: number;
}

/** The order an event is about: its `order_id`, or for a completed order without one the event's own id. */
export function orderIdOf(event: AcceptedEvent): string | null {
  const id = event.body.properties?.['order_id'];
  if (typeof id === 'string' && id !== '') return cutText(id, 255);
  if (typeof id === 'number') return String(id);
  return event.name === 'Order Completed' ? `event:${event.id}` : null;
}

/**
 * Under which id an order is kept once its customer was erased. The shop's own id would lead to the person; without any
 * a later report of the same order would count it once more, for somebody who has not been there yet.
 */
export function erasedOrderId(orderId: string, secret: string): string {
  return hashedName(`order ${orderId}`, secret);
}

/** The order after an event; the value is `total`, else `revenue`. One order per `order_id`, whoever reports it. */
export function applyToOrder(
  order: Order | undefined,
  event: AcceptedEvent,
  customerId: string,
  shopCurrency: string,
): Order {
  const properties = event.body.properties ?? {};
  const currency = currencyFrom(properties['currency'], order?.currency ?? shopCurrency);
  const amount = toMinor(properties['total'], currency) ?? toMinor(properties['revenue'], currency);
  const base = order ?? blank(orderIdOf(event)!, customerId, currency, event.occurredAt);
  switch (event.name) {
    case 'Order Completed':
    case 'Order Updated':
      if (event.occurredAt < base.reportedAt) return base;
      return {
        ...base,
        customerId,
        currency,
        valueMinor: amount ?? base.valueMinor,
        reduced: base.reduced || isReduced(properties, currency),
        orderedAt: event.name === 'Order Completed' ? event.occurredAt : base.orderedAt,
        reportedAt: event.occurredAt,
      };
    case 'Order Refunded':
      // An amount in another currency cannot be taken from this one, and one that cannot be read is not the whole.
      if (currency !== base.currency || (amount === null && saysAmount(properties))) return base;
      return {
        ...base,
        // Some write what goes back with a minus; taken so, a refund would raise the order's worth.
        refundedMinor: base.refundedMinor + Math.abs(amount ?? base.valueMinor - base.refundedMinor),
      };
    case 'Order Cancelled':
      return { ...base, cancelledAt: Math.max(base.cancelledAt ?? 0, event.occurredAt) };
    case 'Order Shipped':
      return { ...base, shippedAt: Math.min(base.shippedAt ?? Infinity, event.occurredAt) };
    case 'Order Delivered':
      return { ...base, deliveredAt: Math.min(base.deliveredAt ?? Infinity, event.occurredAt) };
    default:
      return base;
  }
}

/** Whether an event says an amount, which may be none that can be read; without one, a refund is of all that is left. */
function saysAmount({ total, revenue }: Record<string, unknown>): boolean {
  return [total, revenue].some((said) => said != null && said !== '');
}

function isReduced({ coupon, discount }: Record<string, unknown>, currency: string): boolean {
  return (typeof coupon === 'string' && coupon.trim() !== '') || (toMinor(discount, currency) ?? 0) > 0;
}

/** An order that a refund, a cancellation or a parcel tells of before its completion arrives. */
function blank(orderId: string, customerId: string, currency: string, at: number): Order {
  return {
    orderId,
    customerId,
    valueMinor: 0,
    refundedMinor: 0,
    currency,
    reduced: false,
    orderedAt: at,
    cancelledAt: null,
    shippedAt: null,
    deliveredAt: null,
    reportedAt: 0,
  };
}
