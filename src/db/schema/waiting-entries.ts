import { sql } from 'drizzle-orm';
import { index, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { WaitingReason, WaitingState } from '../../domain/waiting.ts';
import { moment } from './columns.ts';

/** Who waits, or waited, for which product: one entry for each time a customer began to wait. */
export const waitingEntries = pgTable(
  'waiting_entries',
  {
    id: uuid('id').primaryKey(),
    /** The waiting list, by its durable name. */
    list: text('list').notNull(),
    customerId: uuid('customer_id').notNull(),
    sku: text('sku').notNull(),
    /** When the look occurred that opened it: the earliest of those that were repeated. */
    since: moment('since').notNull(),
    state: text('state').$type<WaitingState>().notNull(),
    /** Why it is closed; null in the other states. */
    reason: text('reason').$type<WaitingReason>(),
    /** When it was consumed or closed. */
    endedAt: moment('ended_at'),
  },
  (t) => [
    uniqueIndex('waiting_entries_one_waiting')
      .on(t.customerId, t.sku, t.list)
      .where(sql`state = 'waiting'`),
    index('waiting_entries_next')
      .on(t.list, t.sku, t.since, t.id)
      .where(sql`state = 'waiting'`),
    index('waiting_entries_customer').on(t.customerId, t.sku),
  ],
);
