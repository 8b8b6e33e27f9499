import { sql } from 'drizzle-orm';
import { bigint, boolean, date, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/**
 * When a journey that starts on a date will start for each customer who has that date. A row stays when its start is
 * over: only a date that changes may make another.
 */
export const dateStarts = pgTable(
  'date_starts',
  {
    /** The journey. */
    name: text('name').notNull(),
    customerId: uuid('customer_id').notNull(),
    /** The date as it came; null when it cannot be read. */
    date: text('date'),
    /** In which it was read: the customer's zone, else the shop's. */
    zone: text('zone').notNull(),
    /** The day for which the journey starts next, or started last if it does no more. */
    occasion: date('occasion', { mode: 'string' }),
    /** The moment of that start; null when none is to come. */
    startsAt: moment('starts_at'),
    /** Why there is no start, or not the one that was meant, for the operator. */
    problem: text('problem'),
    /** Two customers became one: it is to be reckoned anew before anything starts. */
    isStale: boolean('is_stale').notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.name] }),
    index('date_starts_next')
      .on(t.name, t.startsAt)
      .where(sql`starts_at is not null`),
    index('date_starts_stale')
      .on(t.customerId)
      .where(sql`is_stale`),
  ],
);

/** For which definition of a journey's date, and which zone of the shop, the starts of everybody were reckoned. */
export const dateReckonings = pgTable('date_reckonings', {
  /** The journey. */
  name: text('name').primaryKey(),
  /** The definition, as JSON, by which all starts were reckoned; empty: they never were. */
  definition: text('definition').notNull(),
  zone: text('zone').notNull(),
  /** The definition and zone that everybody is being reckoned by; null when nobody is. */
  nextDefinition: text('next_definition'),
  nextZone: text('next_zone'),
  /** Customers up to this one have been. */
  upTo: uuid('up_to'),
  /** Customers reckoned so far, of how many. */
  done: bigint('done', { mode: 'number' }).notNull().default(0),
  total: bigint('total', { mode: 'number' }).notNull().default(0),
  /** When everybody last was. */
  reckonedAt: moment('reckoned_at'),
  /** When a router with the definition that counts was last at work; real time. */
  tendedAt: moment('tended_at').notNull(),
});
