import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** One row: what was fixed when these data were created. */
export const home = pgTable('home', {
  id: integer('id').primaryKey(),
  /** The real time at which the home was made: Kairos's clock runs from here. */
  clockOrigin: moment('clock_origin').notNull(),
  clockSpeed: integer('clock_speed').notNull(),
  /** Keys the hashes that stand for identifiers which may not be shown. */
  secret: text('secret').notNull(),
});
