import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/**
 * A segment as it was last computed for everybody; under `~personas` the list of the personas. Its members are those of its generation: a changed definition is
 * computed as the next one, beside the members there are, and takes their place at once when it is through.
 */
export const segments = pgTable('segments', {
  name: text('name').primaryKey(),
  /** A hash of the definition whose members are kept. */
  definition: text('definition').notNull(),
  /** What else they were found by, as `routing/segment-basis.ts` says it. */
  basis: text('basis').notNull().default(''),
  /** Whose members count; 0: it was never computed. */
  generation: integer('generation').notNull(),
  /** The definition and generation that are being computed; null when none is. */
  nextDefinition: text('next_definition'),
  nextGeneration: integer('next_generation'),
  nextBasis: text('next_basis'),
  /** When that was begun, and when everybody had been looked at for it: since then the results are taken over. */
  nextBeganAt: moment('next_began_at'),
  nextFoundAt: moment('next_found_at'),
  /** Of the personas: the customer up to whom they are written. */
  nextAfter: uuid('next_after'),
  /** Customers taken over so far, of how many. */
  done: bigint('done', { mode: 'number' }).notNull().default(0),
  total: bigint('total', { mode: 'number' }).notNull().default(0),
  /** When it was last computed for everybody. */
  computedAt: moment('computed_at'),
});

/** Who is in which segment, and when time alone may change that. Who is not, and never will by time alone, has no row. */
export const memberships = pgTable(
  'memberships',
  {
    segment: text('segment').notNull(),
    generation: integer('generation').notNull(),
    customerId: uuid('customer_id').notNull(),
    isMember: boolean('is_member').notNull(),
    /** Since when they are in it, or not. */
    since: moment('since').notNull(),
    /** When to look again though nothing happens; null: never. */
    nextAt: moment('next_at'),
  },
  (t) => [
    primaryKey({ columns: [t.customerId, t.segment, t.generation] }),
    index('memberships_members')
      .on(t.segment, t.generation, t.customerId)
      .where(sql`is_member`),
    index('memberships_next')
      .on(t.segment, t.generation, t.nextAt)
      .where(sql`next_at is not null`),
  ],
);

/**
 * What a segment's definition came to for everybody, at one moment, until it is taken over into the memberships.
 */
export const computedMemberships = pgTable(
  'computed_memberships',
  {
    segment: text('segment').notNull(),
    generation: integer('generation').notNull(),
    customerId: uuid('customer_id').notNull(),
    isMember: boolean('is_member').notNull(),
    nextAt: moment('next_at'),
  },
  (t) => [index('computed_memberships_of').on(t.segment, t.generation, t.customerId)],
);

/**
 * Customers to look at again for a segment, because something changed that whoever changed it could not judge: a router
 * of another release, or the API, which records consents by itself. An empty segment: for all of them.
 */
export const segmentLooks = pgTable(
  'segment_looks',
  {
    segment: text('segment').notNull(),
    customerId: uuid('customer_id').notNull(),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.segment, t.customerId] })],
);
