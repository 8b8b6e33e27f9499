import { eq, isNull } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  jsonb,
  pgTable,
  pgView,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';
import type { CartLine } from '../../domain/cart.ts';

/** What is in each cart now: a projection kept by routing. The key is the cart's id, or empty. */
export const carts = pgTable(
  'carts',
  {
    customerId: uuid('customer_id').notNull(),
    key: text('key').notNull(),
    lines: jsonb('lines').$type<CartLine[]>().notNull(),
    /** The last event that concerned this cart. */
    lastActivityAt: moment('last_activity_at').notNull(),
    /** The last time it was emptied by an order: what was added before then does not come back. */
    emptiedAt: moment('emptied_at'),
  },
  (t) => [primaryKey({ columns: [t.customerId, t.key] })],
);

/** One order per `order_id`, whoever reports it; the later report updates. Money in minor units of the currency. */
export const orders = pgTable(
  'orders',
  {
    orderId: text('order_id').primaryKey(),
    customerId: uuid('customer_id').notNull(),
    valueMinor: bigint('value_minor', { mode: 'number' }).notNull(),
    refundedMinor: bigint('refunded_minor', { mode: 'number' }).notNull().default(0),
    currency: text('currency').notNull(),
    /** Some report of it had a coupon or a discount. */
    reduced: boolean('reduced').notNull().default(false),
    orderedAt: moment('ordered_at').notNull(),
    cancelledAt: moment('cancelled_at'),
    shippedAt: moment('shipped_at'),
    deliveredAt: moment('delivered_at'),
    /** When the report that these values come from occurred. */
    reportedAt: moment('reported_at').notNull(),
  },
  (t) => [index('orders_customer').on(t.customerId, t.orderedAt)],
);

/** What was ordered: a line for each sku of an order, whether or not the order was cancelled later. */
export const orderLines = pgTable(
  'order_lines',
  {
    orderId: text('order_id').notNull(),
    sku: text('sku').notNull(),
    customerId: uuid('customer_id').notNull(),
    /** When it was first reported to have been ordered. */
    orderedAt: moment('ordered_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.orderId, t.sku] }),
    index('order_lines_customer').on(t.customerId, t.sku, t.orderedAt),
    index('order_lines_sku').on(t.sku, t.customerId),
  ],
);

/** What was bought: the lines of the orders that were not cancelled. Wherever it matters whether somebody has bought something. */
export const purchases = pgView('purchases').as((from) =>
  from
    .select({
      orderId: orderLines.orderId,
      sku: orderLines.sku,
      customerId: orderLines.customerId,
      orderedAt: orderLines.orderedAt,
      deliveredAt: orders.deliveredAt,
    })
    .from(orderLines)
    .innerJoin(orders, eq(orders.orderId, orderLines.orderId))
    .where(isNull(orders.cancelledAt)),
);

/** `Contact Made`: a call, a visit, another tool's mail. Counts towards the caps. */
export const contacts = pgTable(
  'contacts',
  {
    eventId: uuid('event_id').primaryKey(),
    customerId: uuid('customer_id').notNull(),
    /** Null: it named none of ours. */
    channel: text('channel'),
    at: moment('at').notNull(),
  },
  (t) => [index('contacts_customer').on(t.customerId, t.at)],
);

/**
 * The latest ending event of each journey, customer and key, kept whether or not a run was open, so that a start
 * which arrives late does not begin what is over. A null key: the ending carried none and holds for all keys.
 */
export const endings = pgTable(
  'endings',
  {
    name: text('name').notNull(),
    customerId: uuid('customer_id').notNull(),
    key: text('key'),
    /** What it ends a run as. */
    outcome: text('outcome').notNull(),
    at: moment('at').notNull(),
  },
  (t) => [unique('endings_of').on(t.customerId, t.name, t.key).nullsNotDistinct()],
);
