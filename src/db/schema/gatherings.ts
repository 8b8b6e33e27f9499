import { boolean, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
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
    /** Of a report on a state that stands for itself which of them it is: a day. Null: it is another event, or any that meets the condition. */
    place: text('place'),
    /** Whoever the line has told since then is told no more of it; null: nobody was looked for. */
    toldSince: moment('told_since'),
    /** How many were found. */
    customers: integer('customers').notNull(),
    /** When those who were not served ceased to wait; null: they still do. */
    endedAt: moment('ended_at'),
    /** Whether it ended because what it was for was over; else because nobody was left whom it could serve, or something else came. */
    over: boolean('over').notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.runId, t.seq] }),
    index('gatherings_event').on(t.eventId),
    index('gatherings_at').on(t.at),
  ],
);
