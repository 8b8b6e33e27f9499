import { bigint, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** The latest report of a product's stock by each source and location: what the units of a sku are counted from. */
export const stockLevels = pgTable(
  'stock_levels',
  {
    sku: text('sku').notNull(),
    source: text('source').notNull(),
    /** Empty: the source named none. */
    location: text('location').notNull(),
    available: bigint('available', { mode: 'number' }).notNull(),
    at: moment('at').notNull(),
    /** The order of the report among all events: of two of one time the later counts. */
    seq: bigint('seq', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.sku, t.source, t.location] })],
);

/** How many units of each sku there are, over all sources and locations. A sku that was never reported is not here. */
export const stock = pgTable('stock', {
  sku: text('sku').primaryKey(),
  units: bigint('units', { mode: 'number' }).notNull(),
  /** The time of the newest report that counts. */
  at: moment('at').notNull(),
  /** Since when there are none; null while there are some. */
  soldOutAt: moment('sold_out_at'),
});
