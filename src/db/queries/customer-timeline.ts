import { and, desc, eq, lt, or, type SQL } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { Db } from '../connect.ts';
import { customerEvents, deliveries, events, runs, waitingEntries } from '../schema/index.ts';
import type { DeliveryRow } from './list-deliveries.ts';
import type { RunRow } from './list-runs.ts';

export type EventRow = typeof events.$inferSelect;
export type WaitingRow = typeof waitingEntries.$inferSelect;

/** Something that happened with a customer. */
export type TimelineEntry = { at: Date; id: string } & (
  | { kind: 'event'; event: EventRow }
  | { kind: 'run'; run: RunRow }
  | { kind: 'waiting'; entry: WaitingRow }
  | { kind: 'delivery'; delivery: DeliveryRow }
);

/** A place in the timeline: what comes after it is older. */
export interface TimelinePlace {
  at: Date;
  id: string;
}

/**
 * A customer's routed events, runs by when they opened, waiting entries by when they began, and deliveries, in one
 * order: newest first.
 */
export async function customerTimeline(
  db: Db,
  customerId: string,
  page: { before: TimelinePlace | null; limit: number },
): Promise<TimelineEntry[]> {
  const entries = await Promise.all([
    eventEntries(db, customerId, page),
    runEntries(db, customerId, page),
    waitingEntriesOf(db, customerId, page),
    deliveryEntries(db, customerId, page),
  ]);
  return entries.flat().sort(newestFirst).slice(0, page.limit);
}

type Page = { before: TimelinePlace | null; limit: number };

function newestFirst(a: TimelinePlace, b: TimelinePlace): number {
  return b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1);
}

function olderThan(before: TimelinePlace | null, at: AnyPgColumn, id: AnyPgColumn): SQL | undefined {
  if (before === null) return undefined;
  return or(lt(at, before.at), and(eq(at, before.at), lt(id, before.id)));
}

async function eventEntries(db: Db, customerId: string, { before, limit }: Page): Promise<TimelineEntry[]> {
  const rows = await db
    .select({ event: events })
    .from(customerEvents)
    .innerJoin(events, eq(events.seq, customerEvents.seq))
    .where(
      and(eq(customerEvents.customerId, customerId), olderThan(before, customerEvents.occurredAt, events.id)),
    )
    .orderBy(desc(customerEvents.occurredAt), desc(events.id))
    .limit(limit);
  return rows.map(({ event }) => ({ kind: 'event', at: event.occurredAt, id: event.id, event }));
}

async function runEntries(db: Db, customerId: string, { before, limit }: Page): Promise<TimelineEntry[]> {
  const rows = await db
    .select()
    .from(runs)
    .where(and(eq(runs.customerId, customerId), olderThan(before, runs.openedAt, runs.id)))
    .orderBy(desc(runs.openedAt), desc(runs.id))
    .limit(limit);
  return rows.map((run) => ({ kind: 'run', at: run.openedAt, id: run.id, run }));
}

async function waitingEntriesOf(
  db: Db,
  customerId: string,
  { before, limit }: Page,
): Promise<TimelineEntry[]> {
  const { since, id } = waitingEntries;
  const rows = await db
    .select()
    .from(waitingEntries)
    .where(and(eq(waitingEntries.customerId, customerId), olderThan(before, since, id)))
    .orderBy(desc(since), desc(id))
    .limit(limit);
  return rows.map((entry) => ({ kind: 'waiting', at: entry.since, id: entry.id, entry }));
}

async function deliveryEntries(
  db: Db,
  customerId: string,
  { before, limit }: Page,
): Promise<TimelineEntry[]> {
  const rows = await db
    .select()
    .from(deliveries)
    .where(and(eq(deliveries.customerId, customerId), olderThan(before, deliveries.at, deliveries.id)))
    .orderBy(desc(deliveries.at), desc(deliveries.id))
    .limit(limit);
  return rows.map((delivery) => ({ kind: 'delivery', at: delivery.at, id: delivery.id, delivery }));
}
