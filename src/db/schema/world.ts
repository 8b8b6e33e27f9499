import { bigint, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** The latest price of each sku by each source, in minor units of the currency. */
export const prices = pgTable(
  'prices',
  {
    sku: text('sku').notNull(),
    source: text('source').notNull(),
    priceMinor: bigint('price_minor', { mode: 'number' }).notNull(),
    currency: text('currency').notNull(),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.sku, t.source] })],
);

/**
 * What each sku cost since when, whoever said so: a row where the price differs from the one before it in time, so that
 * the last row up to a moment is the price in force then. Of two sources of one moment the first by name counts.
 */
export const priceHistory = pgTable(
  'price_history',
  {
    sku: text('sku').notNull(),
    /** Since when it cost that. */
    at: moment('at').notNull(),
    source: text('source').notNull(),
    priceMinor: bigint('price_minor', { mode: 'number' }).notNull(),
    currency: text('currency').notNull(),
  },
  (t) => [primaryKey({ columns: [t.sku, t.at, t.source] })],
);

/** The latest report on each state that universal events tell of, beside stock and prices: a forecast for a region and day. */
export const worldStates = pgTable(
  'world_states',
  {
    /** The type of the events. */
    type: text('type').notNull(),
    subject: text('subject').notNull(),
    /** The value of the field that tells one state of a subject from another: a day. */
    place: text('place').notNull(),
    source: text('source').notNull(),
    data: jsonb('data').$type<Record<string, unknown>>().notNull(),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.type, t.subject, t.place, t.source] })],
);
