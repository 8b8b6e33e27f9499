import { sql } from 'drizzle-orm';
import { bigint, index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/**
 * Which products the open runs are about that hear of them: what stands in their projection, and may have left it since.
 * So what happens to a product finds its runs at once, and costs nothing where none would hear of it.
 */
export const runProducts = pgTable(
  'run_products',
  {
    runId: uuid('run_id').notNull(),
    sku: text('sku').notNull(),
    /** The order in which runs came to be about it: a run that comes to it by a merge is told after all others. */
    seq: bigint('seq', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
  },
  (t) => [primaryKey({ columns: [t.runId, t.sku] }), index('run_products_sku').on(t.sku, t.seq)],
);

/**
 * What has happened to a product and some runs are still to be told, in slices: one row that is under way for each sku
 * and crossing, and one that has not begun and stands for all that happened since.
 */
export const productNews = pgTable(
  'product_news',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    sku: text('sku').notNull(),
    /** As `crossingKey` says it. */
    crossing: text('crossing').notNull(),
    /** The event that crossed, and when it occurred. */
    eventId: uuid('event_id').notNull(),
    occurredAt: moment('occurred_at').notNull(),
    /** Of a price: what it was before, in minor units. */
    beforeMinor: bigint('before_minor', { mode: 'number' }),
    currency: text('currency'),
    /** Every run up to this `seq` of `run_products` has been told; null: none has. */
    toldUpTo: bigint('told_up_to', { mode: 'number' }),
  },
  (t) => [
    uniqueIndex('product_news_to_begin')
      .on(t.sku, t.crossing)
      .where(sql`told_up_to is null`),
  ],
);
