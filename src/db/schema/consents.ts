import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** Every consent ever given or refused. The newest of a customer, channel and topic holds. */
export const consents = pgTable(
  'consents',
  {
    id: uuid('id').primaryKey(),
    customerId: uuid('customer_id').notNull(),
    channel: text('channel').notNull(),
    /** What it is about; empty: the channel as a whole. */
    topic: text('topic').notNull().default(''),
    state: text('state').$type<'granted' | 'denied'>().notNull(),
    /** Who recorded it: `identify`, or what the caller of the API named. */
    source: text('source').notNull(),
    wording: text('wording'),
    at: moment('at').notNull(),
    /** Of a grant: when its source said it once more after a refusal from elsewhere, which that does not undo. */
    repeatedAt: moment('repeated_at'),
  },
  (t) => [
    index('consents_customer').on(t.customerId, t.channel, t.topic, t.at),
    // The newest word of everybody on a channel, without sorting a million of them.
    index('consents_newest').on(
      t.channel,
      t.topic,
      t.customerId,
      t.at.desc().nullsFirst(),
      t.state,
      t.id.desc().nullsFirst(),
    ),
  ],
);
