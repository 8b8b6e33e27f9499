import type { TransactionSql } from 'postgres';
import type { Cart, CartLine } from '../../domain/cart.ts';
import type { FactProperties } from '../../domain/fact-properties.ts';
import type { Channel } from '../../domain/task-queues.ts';
import type { Order } from '../../routing/orders.ts';

/** A cart with its owner and key. */
export interface OwnedCart extends Cart {
  customerId: string;
  key: string;
}

export async function loadCarts(tx: TransactionSql, customerIds: string[]): Promise<OwnedCart[]> {
  const rows = await tx<
    { customer_id: string; key: string; lines: CartLine[]; last_activity_at: Date; emptied_at: Date | null }[]
  >`select * from carts where customer_id = any(${customerIds}::uuid[])`;
  return rows.map((row) => ({
    customerId: row.customer_id,
    key: row.key,
    lines: row.lines,
    lastActivityAt: row.last_activity_at.getTime(),
    emptiedAt: row.emptied_at?.getTime() ?? null,
  }));
}

export async function saveCarts(tx: TransactionSql, carts: readonly OwnedCart[]): Promise<void> {
  if (carts.length === 0) return;
  const rows = carts.map((cart) => ({
    customer_id: cart.customerId,
    key: cart.key,
    lines: cart.lines,
    last_activity_at: new Date(cart.lastActivityAt),
    emptied_at: cart.emptiedAt === null ? null : new Date(cart.emptiedAt),
  }));
  await tx`
    insert into carts (customer_id, key, lines, last_activity_at, emptied_at)
    select * from jsonb_to_recordset(${tx.json(rows as never)})
      as r (customer_id uuid, key text, lines jsonb, last_activity_at timestamptz, emptied_at timestamptz)
    on conflict (customer_id, key) do update set
      lines = excluded.lines, last_activity_at = excluded.last_activity_at, emptied_at = excluded.emptied_at`;
}

/** Removes the carts of customers who were joined to others. */
export async function dropCarts(tx: TransactionSql, customerIds: string[]): Promise<void> {
  await tx`delete from carts where customer_id = any(${customerIds}::uuid[])`;
}

export async function loadOrders(tx: TransactionSql, orderIds: string[]): Promise<Order[]> {
  const rows = await tx<Record<string, string | Date | null>[]>`
    select * from orders where order_id = any(${orderIds})`;
  return rows.map((row) => ({
    orderId: row['order_id'] as string,
    customerId: row['customer_id'] as string,
    valueMinor: Number(row['value_minor']),
    refundedMinor: Number(row['refunded_minor']),
    currency: row['currency'] as string,
    reduced: row['reduced'] as unknown as boolean,
    orderedAt: (row['ordered_at'] as Date).getTime(),
    cancelledAt: (row['cancelled_at'] as Date | null)?.getTime() ?? null,
    shippedAt: (row['shipped_at'] as Date | null)?.getTime() ?? null,
    deliveredAt: (row['delivered_at'] as Date | null)?.getTime() ?? null,
    reportedAt: (row['reported_at'] as Date).getTime(),
  }));
}

export async function saveOrders(tx: TransactionSql, orders: readonly Order[]): Promise<void> {
  if (orders.length === 0) return;
  const moment = (at: number | null) => (at === null ? null : new Date(at));
  const rows = orders.map((order) => ({
    order_id: order.orderId,
    customer_id: order.customerId,
    value_minor: order.valueMinor,
    refunded_minor: order.refundedMinor,
    currency: order.currency,
    reduced: order.reduced,
    ordered_at: new Date(order.orderedAt),
    cancelled_at: moment(order.cancelledAt),
    shipped_at: moment(order.shippedAt),
    delivered_at: moment(order.deliveredAt),
    reported_at: new Date(order.reportedAt),
  }));
  await tx`
    insert into orders (order_id, customer_id, value_minor, refunded_minor, currency, reduced, ordered_at,
      cancelled_at, shipped_at, delivered_at, reported_at)
    select * from jsonb_to_recordset(${tx.json(rows)})
      as r (order_id text, customer_id uuid, value_minor bigint, refunded_minor bigint, currency text,
            reduced boolean, ordered_at timestamptz, cancelled_at timestamptz, shipped_at timestamptz, delivered_at timestamptz,
            reported_at timestamptz)
    on conflict (order_id) do update set
      customer_id = excluded.customer_id, value_minor = excluded.value_minor,
      refunded_minor = excluded.refunded_minor, currency = excluded.currency,
      reduced = excluded.reduced, ordered_at = excluded.ordered_at, cancelled_at = excluded.cancelled_at, shipped_at = excluded.shipped_at,
      delivered_at = excluded.delivered_at, reported_at = excluded.reported_at`;
}

/** An event of a customer's, with what of it stays. */
export interface CustomerFact {
  seq: number;
  id: string;
  customerId: string;
  at: number;
  /** Of a track, else null. */
  name: string | null;
  properties: FactProperties | null;
  /** Null: it is none. */
  contact: { channel: Channel | null } | null;
}

/** Whose event each was, and the contacts among them that count towards the caps. */
export async function saveCustomerEvents(tx: TransactionSql, events: readonly CustomerFact[]): Promise<void> {
  const at = (list: readonly { at: number }[]) => list.map((event) => new Date(event.at).toISOString());
  const rows = events.map(({ seq, customerId, name, at, properties }) => {
    return { seq, customer_id: customerId, name, occurred_at: new Date(at), properties };
  });
  await tx`
    insert into customer_events (seq, customer_id, name, occurred_at, properties)
    select * from jsonb_to_recordset(${tx.json(rows)})
      as r (seq bigint, customer_id uuid, name text, occurred_at timestamptz, properties jsonb)`;
  const contacts = events.filter((event) => event.contact !== null);
  if (contacts.length === 0) return;
  await tx`
    insert into contacts (event_id, customer_id, channel, at)
    select * from unnest(${contacts.map((e) => e.id)}::uuid[], ${contacts.map((e) => e.customerId)}::uuid[],
                         ${contacts.map((e) => e.contact!.channel)}::text[], ${at(contacts)}::timestamptz[])`;
}
