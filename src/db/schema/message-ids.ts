import { index, pgTable, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/**
 * Every message accepted in the last `bounds.eventDays`, by a mark of its source and the id that its sender gave it
 * (`messageMark`): what makes a repeat harmless, and tells nobody whose it was.
 */
export const messageIds = pgTable(
  'message_ids',
  { mark: uuid('mark').primaryKey(), at: moment('at').notNull() },
  (t) => [index('message_ids_at').on(t.at)],
);
