import { doublePrecision, pgTable, text } from 'drizzle-orm/pg-core';

/** How far ahead the turns on a channel are taken whose rate is bounded: all workers take theirs here, one after the other. */
export const channelTurns = pgTable('channel_turns', {
  channel: text('channel').primaryKey(),
  /**
   * When the next turn is, epoch milliseconds of real time, for that is what providers count; with fractions, for many
   * turns may be in one.
   */
  freeAt: doublePrecision('free_at').notNull(),
});
