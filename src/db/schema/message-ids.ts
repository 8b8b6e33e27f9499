import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/**
 * Every message ever accepted, by the id its sender gave it: what makes a repeat harmless.
 * `source` is empty for customer events and the CloudEvents source for universal ones.
 */
export const messageIds = pgTable(
  'message_ids',
  {
    source: text('source').notNull(),
    id: text('id').notNull(),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.source, t.id] })],
);
