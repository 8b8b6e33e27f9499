import { boolean, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import { moment } from './columns.ts';
import type { Arm, DeliveryState, Purpose, Verdict } from '../../domain/delivery.ts';

/**
 * The ledger: one decision to send one message to one customer, and all that came of it. Half of each of its pages is left
 * free (migration `0001_room_for_updates`, which is not made from this).
 */
export const deliveries = pgTable(
  'deliveries',
  {
    id: uuid('id').primaryKey(),
    runId: uuid('run_id').notNull(),
    customerId: uuid('customer_id').notNull(),
    /** The journey or watch. */
    name: text('name').notNull(),
    subject: text('subject'),
    message: text('message').notNull(),
    /** Of a journey's: the n-th time this run sends this message, from 1. */
    nth: integer('nth'),
    /** Of a message that goes out on all its channels: the channel that this one is for; empty: the first that will do. */
    ownChannel: text('own_channel').notNull().default(''),
    /** Of a watch's: the waiting entry it serves, and in which wave it was last looked at. */
    entryId: uuid('entry_id'),
    wave: integer('wave'),
    purpose: text('purpose').$type<Purpose>().notNull(),
    /** What the message is about; empty: it declares no topic. */
    topic: text('topic').notNull().default(''),
    /** Of two that want the same place under a cap the higher gets it. */
    priority: integer('priority').notNull().default(0),
    channel: text('channel'),
    variant: text('variant'),
    /** Null before would-send. */
    arm: text('arm').$type<Arm>(),
    state: text('state').$type<DeliveryState>().notNull(),
    reason: text('reason'),
    /** Every verdict of the gate, oldest first, in words. */
    verdicts: jsonb('verdicts').$type<Verdict[]>().notNull(),
    /** Set while a provider call may be under way: whoever finds it set by another attempt does not call. */
    callingAt: moment('calling_at'),
    /** Of one that waits for a time (a morning, its turn, room under a cap): when the gate looks again. */
    heldUntil: moment('held_until'),
    openedAt: moment('opened_at'),
    clickedAt: moment('clicked_at'),
    complainedAt: moment('complained_at'),
    unsubscribedAt: moment('unsubscribed_at'),
    providerId: text('provider_id'),
    providerCode: text('provider_code'),
    /** Of a customer who was erased: the row counts and names nobody, and what comes in later is kept without words. */
    anonymous: boolean('anonymous').notNull().default(false),
    /** The would-send, or while there is none the latest verdict. */
    at: moment('at').notNull(),
  },
  (t) => [
    /** A journey's and a watch's have names of their own: a page of a watch writes a thousand of them. */
    uniqueIndex('deliveries_name')
      .on(t.runId, t.message, t.nth, t.ownChannel)
      .where(sql`nth is not null`),
    uniqueIndex('deliveries_entry')
      .on(t.entryId, t.message)
      .where(sql`entry_id is not null`),
    index('deliveries_customer').on(t.customerId, t.at),
    index('deliveries_journey').on(t.name, t.at),
    index('deliveries_at').on(t.at),
    /** What is held for a time: who is held next takes the place after the last of them. */
    index('deliveries_held')
      .on(t.heldUntil)
      .where(sql`held_until is not null`),
    /**
     * What is not settled: a watch's page begins with its run's, and the keeper walks along all of it. In a wave of thousands
     * nearly all is `intended` for a moment: what waits stands apart from the traces that those leave.
     */
    index('deliveries_open')
      .on(t.runId, t.state, t.id)
      .where(sql`state in ('waiting', 'intended')`),
  ],
);
