import { bigint, boolean, index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import type { FactProperties } from '../../domain/fact-properties.ts';
import { moment } from './columns.ts';

/** What an event carries beside its ids and times: of a customer's as it came, of a universal one its checked data. */
export interface EventBody {
  properties?: Record<string, unknown>;
  traits?: Record<string, unknown>;
  context?: Record<string, unknown>;
}

/** The kinds of Segment message: what a customer event may be. */
export const customerEventKinds = ['track', 'identify', 'alias', 'page', 'screen', 'group'] as const;
export type CustomerEventKind = (typeof customerEventKinds)[number];
/** `universal`: it happened in the world and names no customer. `erasure`: a customer is to be forgotten. */
export type EventKind = CustomerEventKind | 'universal' | 'erasure';

/** Every accepted event, in the order in which events take effect (`seq`). Kept for `bounds.eventDays`. */
export const events = pgTable('events', {
  seq: bigint('seq', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  id: uuid('id').notNull().unique(),
  messageId: text('message_id').notNull(),
  kind: text('kind').$type<EventKind>().notNull(),
  /**
   * The event's name for a track (`Product Added`), its type for a universal one (`stock.changed`); of a page, screen
   * or group the name given, else null.
   */
  name: text('name'),
  /** Of a universal event: who reports it, and of what (a sku, region or topic). Null for customer events. */
  source: text('source'),
  subject: text('subject'),
  userId: text('user_id'),
  anonymousId: text('anonymous_id'),
  /** Of an alias: the id that is joined to `userId`. */
  previousId: text('previous_id'),
  /** True when it came with the admin key. */
  admin: boolean('admin').notNull(),
  /** It came by an import: it counts as a fact and starts, wakes and tells nothing. */
  imported: boolean('imported').notNull().default(false),
  body: jsonb('body').$type<EventBody>().notNull(),
  occurredAt: moment('occurred_at').notNull(),
  receivedAt: moment('received_at').notNull(),
});

/**
 * Accepted and not yet routed: the queue that routing takes from, oldest first. A narrow table of its own, so that
 * the gate can ask cheaply whether a customer has an event that has not taken effect yet.
 */
export const unrouted = pgTable(
  'unrouted',
  {
    seq: bigint('seq', { mode: 'number' }).primaryKey(),
    userId: text('user_id'),
    anonymousId: text('anonymous_id'),
    previousId: text('previous_id'),
    /** It came by an import, which waits while too many of its own are here. */
    imported: boolean('imported').notNull().default(false),
  },
  (t) => [
    index('unrouted_imported')
      .on(t.seq)
      .where(sql`${t.imported}`),
    index('unrouted_user')
      .on(t.userId)
      .where(sql`${t.userId} is not null`),
    index('unrouted_anonymous')
      .on(t.anonymousId)
      .where(sql`${t.anonymousId} is not null`),
    index('unrouted_previous')
      .on(t.previousId)
      .where(sql`${t.previousId} is not null`),
  ],
);

/**
 * Which customer an event turned out to be of, and what of it is a fact for ever, when the event itself is long gone:
 * written by routing, moved by a merge.
 */
export const customerEvents = pgTable(
  'customer_events',
  {
    seq: bigint('seq', { mode: 'number' }).primaryKey(),
    customerId: uuid('customer_id').notNull(),
    /** Of a track; null for what is not done by name. */
    name: text('name'),
    occurredAt: moment('occurred_at').notNull(),
    /** Of a track; null when it has none. */
    properties: jsonb('properties').$type<FactProperties>(),
  },
  (t) => [
    index('customer_events_customer').on(t.customerId, t.occurredAt),
    /** What everybody did lately is found without reading what they ever did. */
    index('customer_events_time').on(t.occurredAt),
    /** What a predicate asks: who did that and when, of everybody or of some. */
    index('customer_events_name')
      .on(t.name, t.customerId, t.occurredAt)
      .where(sql`name is not null`),
    /** Who looked at a product lately, by what the event names it by (`sku-looks.ts`): of a million customers those few. */
    index('customer_events_look')
      .on(
        sql`(coalesce(nullif(btrim(properties ->> 'sku'), ''), btrim(properties ->> 'product_id')))`,
        t.occurredAt,
      )
      .where(
        sql`name in ('Product Viewed', 'Product Added', 'Product Added to Wishlist', 'Product Wished') and properties is not null`,
      ),
  ],
);
