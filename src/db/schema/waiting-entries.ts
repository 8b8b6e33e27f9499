import { sql } from 'drizzle-orm';
import { bigint, index, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { WaitingReason, WaitingState } from '../../domain/waiting.ts';
import { moment } from './columns.ts';

/**
 * Who waits, or waited, for which product, or was gathered for what a watch is on: one entry for each time a customer
 * began to.
 */
export const waitingEntries = pgTable(
  'waiting_entries',
  {
    id: uuid('id').primaryKey(),
    /** The waiting list, by its durable name. */
    list: text('list').notNull(),
    customerId: uuid('customer_id').notNull(),
    /** What they wait for: a product, or the subject of the watch that gathered them. */
    sku: text('sku').notNull(),
    /** When the look occurred that opened it: the earliest of those that were repeated. Of who was gathered, their place in line. */
    since: moment('since').notNull(),
    /** When they last looked or asked again, to within a day; null: not more than a day after `since`. The place in line stays. */
    askedAt: moment('asked_at'),
    state: text('state').$type<WaitingState>().notNull(),
    /** Why it is closed; null in the other states. */
    reason: text('reason').$type<WaitingReason>(),
    /** Of one that is closed as `bought`: what was, the product or a substitute. */
    boughtSku: text('bought_sku'),
    /** When it was consumed or closed. */
    endedAt: moment('ended_at'),
    /** The delivery about another product that told of this one too; null: none did. */
    toldIn: uuid('told_in'),
    /** Of who was gathered by price: when they last looked at the product. Null: they wait for something else. */
    seenAt: moment('seen_at'),
    /** The last price that they knew when they were gathered: as they saw it, or were told it after that. */
    seenMinor: bigint('seen_minor', { mode: 'number' }),
    seenCurrency: text('seen_currency'),
    /** The price that they were told when it was consumed, in the same currency. */
    toldMinor: bigint('told_minor', { mode: 'number' }),
  },
  (t) => [
    uniqueIndex('waiting_entries_one_waiting')
      .on(t.customerId, t.sku, t.list)
      .where(sql`state = 'waiting'`),
    index('waiting_entries_next')
      .on(t.list, t.sku, t.since, t.id)
      .where(sql`state = 'waiting'`),
    index('waiting_entries_told')
      .on(t.list, t.sku, t.endedAt)
      .where(sql`told_in is not null`),
    index('waiting_entries_told_in')
      .on(t.toldIn)
      .where(sql`told_in is not null`),
    index('waiting_entries_over')
      .on(t.endedAt)
      .where(sql`reason = 'over'`),
    index('waiting_entries_customer').on(t.customerId, t.sku),
  ],
);
