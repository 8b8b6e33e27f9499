import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import { moment } from './columns.ts';
import type { Carried, FirstEvent } from '../../domain/run-input.ts';

/** One execution of a journey (or watch): a row first, a Temporal workflow then. */
export const runs = pgTable(
  'runs',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    version: integer('version').notNull(),
    customerId: uuid('customer_id'),
    subject: text('subject'),
    /** As the event carried it; empty when the journey has no key or the event carried none. */
    key: text('key').notNull(),
    /** 1, 2 … of this name, customer (or subject) and key. */
    n: integer('n').notNull(),
    workflowId: text('workflow_id').notNull().unique(),
    entryEventId: uuid('entry_event_id'),
    first: jsonb('first').$type<FirstEvent>().notNull(),
    carries: jsonb('carries').$type<Carried>().notNull(),
    /** The settings the run started with and keeps. */
    settings: jsonb('settings').$type<Record<string, string | number>>().notNull(),
    /** The arm of each split that the run has asked for. */
    arms: jsonb('arms').$type<Record<string, string>>().notNull().default({}),
    state: text('state').$type<'open' | 'closed'>().notNull().default('open'),
    outcome: text('outcome'),
    openedAt: moment('opened_at').notNull(),
    closedAt: moment('closed_at'),
    /** Until then the workflow has not begun (it was started with a delay); null when it began at once. */
    wakesAt: moment('wakes_at'),
    /**
     * Nobody can reach the visitor yet: the run holds its place and costs no workflow. Until then they may become
     * reachable; null: it is not held.
     */
    heldUntil: moment('held_until'),
    /** The last event that reached the run, heard or not: what a quiet time counts from. */
    lastActivityAt: moment('last_activity_at').notNull(),
    /** The highest `seq` of its dispatches. */
    lastSeq: integer('last_seq').notNull().default(0),
  },
  (t) => [
    uniqueIndex('runs_one_open')
      .on(t.customerId, t.name, t.key)
      .where(sql`state = 'open' and customer_id is not null`),
    uniqueIndex('runs_one_open_subject')
      .on(t.subject, t.name, t.key)
      .where(sql`state = 'open' and subject is not null`),
    index('runs_customer').on(t.customerId, t.name, t.key, t.n),
    index('runs_subject')
      .on(t.subject, t.name, t.n)
      .where(sql`subject is not null`),
    index('runs_name').on(t.name, t.state, t.openedAt),
    index('runs_held')
      .on(t.heldUntil)
      .where(sql`held_until is not null and state = 'open'`),
    index('runs_closed')
      .on(t.closedAt, t.id)
      .where(sql`state = 'closed'`),
  ],
);

/**
 * What a dispatch tells a run: to start, that it heard an event, or that it ended. `forget`: its customer was erased,
 * and Temporal is to keep nothing of it.
 */
export type DispatchKind = 'start' | 'event' | 'end' | 'forget';

/**
 * What Temporal is owed for a run, in order of `seq` (0 is the start). Written by routing in its own transaction,
 * carried out after it, kept so that a run unknown to Temporal can be started again.
 */
export const dispatches = pgTable(
  'dispatches',
  {
    runId: uuid('run_id').notNull(),
    seq: integer('seq').notNull(),
    /** The order over all runs. */
    place: bigint('place', { mode: 'number' }).generatedAlwaysAsIdentity().notNull(),
    kind: text('kind').$type<DispatchKind>().notNull(),
    eventId: uuid('event_id'),
    eventName: text('event_name'),
    occurredAt: moment('occurred_at').notNull(),
    carries: jsonb('carries').$type<Carried>().notNull(),
    doneAt: moment('done_at'),
    /** Not owed yet: its run is held until somebody can reach the customer. */
    held: boolean('held').notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.runId, t.seq] }),
    index('dispatches_owed')
      .on(t.place)
      .where(sql`done_at is null and not held`),
  ],
);
