import { jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** What an operator has set, over the defaults in code. `scope`: see domain/setting-scopes.ts. */
export const settings = pgTable('settings', {
  scope: text('scope').primaryKey(),
  value: jsonb('value').$type<Record<string, unknown>>().notNull(),
  at: moment('at').notNull(),
});
