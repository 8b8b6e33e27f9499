import { bigint, boolean, index, integer, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/**
 * A wave of a watch: how many may be told, and how far it has come. A row first, like the run: whoever goes on with it,
 * after whatever stopped, goes on where its last commit left it.
 */
export const waves = pgTable(
  'waves',
  {
    runId: uuid('run_id').notNull(),
    /** 1, 2 … of this run. */
    wave: integer('wave').notNull(),
    beganAt: moment('began_at').notNull(),
    /** Every wake of the run up to this `seq` had been heard when it began. */
    heardUpTo: integer('heard_up_to').notNull().default(0),
    /** When the next one may begin. */
    nextAt: moment('next_at').notNull(),
    endedAt: moment('ended_at'),
    /** What its end came to, once it has ended: whether another may serve somebody, and what was left on the shelf then. */
    goesOn: boolean('goes_on'),
    unitsLeft: bigint('units_left', { mode: 'number' }),
    /** On the shelf at its beginning; null where there is none. */
    units: integer('units'),
    places: integer('places').notNull(),
    /** Of the places, those that the shelf still allows: fewer when it emptied faster, never more again. */
    allowed: integer('allowed').notNull(),
    /** Places used, held-out customers among them. */
    used: integer('used').notNull().default(0),
    heldOut: integer('held_out').notNull().default(0),
    /** Looked at and passed over. */
    withheld: integer('withheld').notNull().default(0),
    /** How often it has begun to look again at customers whose events had not taken effect. */
    look: integer('look').notNull().default(0),
    /** The last entry looked at, in the order of the list; null before the first. */
    lookedSince: moment('looked_since'),
    lookedId: uuid('looked_id'),
    /** Whether the end of the list was reached. */
    through: boolean('through').notNull().default(false),
    /** Of those passed over until a time, as it was quiet where they are, or they had been written to enough, the first of these times; null: there was none. */
    quietUntil: moment('quiet_until'),
  },
  (t) => [primaryKey({ columns: [t.runId, t.wave] }), index('waves_began').on(t.beganAt)],
);
