import { index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** That a watch gathered its audience: once for each thing that woke it, whoever asks and however often. */
export const gatherings = pgTable(
  'gatherings',
  {
    runId: uuid('run_id').notNull(),
    /** Which of its run's dispatches woke it. */
    seq: integer('seq').notNull(),
    /** The name that its code has for that. */
    wake: text('wake').notNull(),
    /** The universal event. */
    eventId: uuid('event_id').notNull(),
    at: moment('at').notNull(),
    /** How many were found. */
    customers: integer('customers').notNull(),
    /** When those who were not served ceased to wait; null: they still do. */
    endedAt: moment('ended_at'),
  },
  (t) => [primaryKey({ columns: [t.runId, t.seq] }), index('gatherings_event').on(t.eventId)],
);
