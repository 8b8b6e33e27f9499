import { pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** How far the calls of pages are ahead on a channel whose rate is bounded: pages take their turns here, one after the other. */
export const channelTurns = pgTable('channel_turns', {
  channel: text('channel').primaryKey(),
  /** When the next turn is, in real time: providers count that. */
  freeAt: moment('free_at').notNull(),
});
