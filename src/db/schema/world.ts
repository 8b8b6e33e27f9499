import { bigint, date, doublePrecision, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
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

/** The latest forecast of each region and day by each source. */
export const forecasts = pgTable(
  'forecasts',
  {
    region: text('region').notNull(),
    /** In the region's own calendar. */
    day: date('day', { mode: 'string' }).notNull(),
    source: text('source').notNull(),
    condition: text('condition').notNull(),
    temperatureC: doublePrecision('temperature_c'),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.region, t.day, t.source] })],
);
