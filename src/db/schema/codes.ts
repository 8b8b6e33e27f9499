import { sql } from 'drizzle-orm';
import { index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** Pools of coupon codes: each goes out with one delivery, and never with another. */
export const codes = pgTable(
  'codes',
  {
    pool: text('pool').notNull(),
    code: text('code').notNull(),
    addedAt: moment('added_at').notNull(),
    deliveryId: uuid('delivery_id').unique(),
    assignedAt: moment('assigned_at'),
  },
  (t) => [
    primaryKey({ columns: [t.pool, t.code] }),
    index('codes_free')
      .on(t.pool, t.addedAt)
      .where(sql`delivery_id is null`),
  ],
);
