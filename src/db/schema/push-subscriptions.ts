import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** What a browser gave for web push: where its push service listens, and the keys that messages are encrypted with. */
export const pushSubscriptions = pgTable(
  'push_subscriptions',
  {
    id: uuid('id').primaryKey(),
    customerId: uuid('customer_id').notNull(),
    endpoint: text('endpoint').notNull().unique(),
    keys: jsonb('keys').$type<{ p256dh: string; auth: string }>().notNull(),
    createdAt: moment('created_at').notNull(),
    /** When the push service said that nobody is there any more, or the customer took it back. */
    goneAt: moment('gone_at'),
  },
  (t) => [
    index('push_subscriptions_customer')
      .on(t.customerId)
      .where(sql`gone_at is null`),
  ],
);
