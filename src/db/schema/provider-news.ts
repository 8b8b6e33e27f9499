import { index, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** What a provider told by a webhook, by its fingerprint: told again, it changes nothing. Kept 30 days. */
export const providerNews = pgTable(
  'provider_news',
  { fingerprint: text('fingerprint').primaryKey(), receivedAt: moment('received_at').notNull() },
  (t) => [index('provider_news_received').on(t.receivedAt)],
);
