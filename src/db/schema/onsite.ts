import { index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import { moment } from './columns.ts';

/** What stands on a visitor's page, all of it plain text. */
export interface OnsiteContentRow {
  title: string;
  text: string;
  /** http or https. */
  url?: string;
  action?: string;
}

/**
 * Pages of the shop that listen now, or did a moment ago. They name a browser and no customer: whose it is say the
 * customer's ids, so that the stream follows when a visitor becomes known or another user takes the device.
 */
export const onsiteStreams = pgTable(
  'onsite_streams',
  {
    id: uuid('id').primaryKey(),
    anonymousId: text('anonymous_id').notNull(),
    openedAt: moment('opened_at').notNull(),
    /** The visitor counts as there until then, unless the stream is seen again. */
    thereUntil: moment('there_until').notNull(),
    /** Null: routing has not looked yet whether runs are held until this visitor is within reach. */
    lookedAt: moment('looked_at'),
  },
  (t) => [
    index('onsite_streams_anonymous').on(t.anonymousId, t.thereUntil),
    index('onsite_streams_there').on(t.thereUntil),
    index('onsite_streams_unlooked')
      .on(t.openedAt)
      .where(sql`looked_at is null`),
  ],
);

/** Messages that wait on, or stand on, the page of a visitor who is there. The row goes with the visit. */
export const onsiteMessages = pgTable(
  'onsite_messages',
  {
    deliveryId: uuid('delivery_id').primaryKey(),
    customerId: uuid('customer_id').notNull(),
    content: jsonb('content').$type<OnsiteContentRow>().notNull(),
    placedAt: moment('placed_at').notNull(),
    /** Gone with the visit, or then. */
    expiresAt: moment('expires_at').notNull(),
    shownAt: moment('shown_at'),
    clickedAt: moment('clicked_at'),
    dismissedAt: moment('dismissed_at'),
  },
  (t) => [
    index('onsite_messages_customer').on(t.customerId, t.placedAt),
    index('onsite_messages_expires').on(t.expiresAt),
  ],
);
