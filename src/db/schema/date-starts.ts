import { date, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** When a journey that starts on a date of the customer's will start for each customer next. */
export const dateStarts = pgTable(
  'date_starts',
  {
    /** The journey. */
    name: text('name').notNull(),
    customerId: uuid('customer_id').notNull(),
    /** The date itself, in the customer's calendar. */
    occasion: date('occasion', { mode: 'string' }).notNull(),
    /** The moment of the start: the offset and the local time in the customer's zone. */
    startsAt: moment('starts_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.customerId, t.name] }), index('date_starts_next').on(t.startsAt)],
);
