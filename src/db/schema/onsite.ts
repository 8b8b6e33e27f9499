import { index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import { moment } from './columns.ts';

/** Pages of the shop that listen now: a visitor is there as long as one of theirs was seen lately. */
export const onsiteStreams = pgTable(
  'onsite_streams',
  {
    id: uuid('id').primaryKey(),
    anonymousId: text('anonymous_id').notNull(),
    /** Null: no event of the visitor has taken effect yet. */
    customerId: uuid('customer_id'),
    openedAt: moment('opened_at').notNull(),
    seenAt: moment('seen_at').notNull(),
  },
  (t) => [
    index('onsite_streams_customer').on(t.customerId, t.seenAt),
    index('onsite_streams_anonymous').on(t.anonymousId),
    index('onsite_streams_seen').on(t.seenAt),
  ],
);

/** Messages that wait on, or stand on, the page of a visitor who is there. */
export const onsiteMessages = pgTable(
  'onsite_messages',
  {
    deliveryId: uuid('delivery_id').primaryKey(),
    customerId: uuid('customer_id').notNull(),
    content: jsonb('content').notNull(),
    placedAt: moment('placed_at').notNull(),
    /** Gone with the visit, or then. */
    expiresAt: moment('expires_at').notNull(),
    shownAt: moment('shown_at'),
    clickedAt: moment('clicked_at'),
    dismissedAt: moment('dismissed_at'),
  },
  (t) => [
    index('onsite_messages_customer')
      .on(t.customerId, t.placedAt)
      .where(sql`dismissed_at is null`),
    index('onsite_messages_expires').on(t.expiresAt),
  ],
);
