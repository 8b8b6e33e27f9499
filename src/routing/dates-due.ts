/**
 * Starts the journeys whose dates have come, and reckons anew the dates of customers who became one.
 *
 * Each occasion has one run at most, whatever happens to the date: those that ended as `moved` left out. It starts as
 * late as it comes, if no router was up: within the journey's `fresh`, as any start.
 */
import type { TransactionSql } from 'postgres';
import {
  dueDateStarts,
  saveDateStarts,
  settleDateStarts,
  staleCustomers,
  type OwnedDateRow,
} from '../db/queries/date-starts.ts';
import { loadReckonings } from '../db/queries/date-reckonings.ts';
import { pastOccasions, placeOf, type PastOccasions } from '../db/queries/occasion-runs.ts';
import { dateReached } from '../define/date-start.ts';
import type { Again } from '../define/journey.ts';
import { spanMs, type Span } from '../domain/span.ts';
import { dateJourneysOf, type DateJourney } from './date-journeys.ts';
import { deriveEvents } from './derived-events.ts';
import type { DueWork } from './due.ts';
import { rowAfterStart } from './reckon-date.ts';
import { reckonDates } from './reckon-dates.ts';
import type { OwnedEvent, RoutingContext } from './route-batch.ts';
import { routeRuns } from './route-runs.ts';

/** A `DueWork`. */
export const startDatesDue: DueWork = async (tx, context, limit) => {
  const journeys = await oursOf(tx, context);
  if (journeys.length === 0) return { done: 0, dispatches: 0 };
  const names = journeys.map(({ name }) => name);
  const stale = await staleCustomers(tx, names, limit);
  const ended = await reckonDates(tx, context, { journeys, customerIds: stale, why: 'merge' });
  await settleDateStarts(tx, names, stale);
  const now = context.clock.now();
  const due = await dueDateStarts(tx, names, { now, limit });
  const started = await startAll(tx, context, { journeys, due });
  return { done: Math.max(stale.length, due.length), dispatches: ended + started };
};

/** Those whose dates are reckoned by this code's definition: another router's are left to it. */
async function oursOf(tx: TransactionSql, context: RoutingContext): Promise<DateJourney[]> {
  const journeys = dateJourneysOf(context.journeys);
  if (journeys.length === 0) return [];
  const reckonings = await loadReckonings(
    tx,
    journeys.map(({ name }) => name),
  );
  return journeys.filter(({ name, definition }) => reckonings.get(name)?.definition === definition);
}

async function startAll(
  tx: TransactionSql,
  context: RoutingContext,
  { journeys, due }: { journeys: readonly DateJourney[]; due: readonly OwnedDateRow[] },
): Promise<number> {
  if (due.length === 0) return 0;
  const nowMs = context.clock.now().getTime();
  const past = await pastOccasions(tx, due);
  const starting = due.filter((row) => mayStart(context, row, past.get(placeOf(row))));
  const dispatches = await routeRuns(tx, context, await reach(tx, context, starting));
  const rules = new Map(journeys.map(({ name, rule }) => [name, rule]));
  const after = due.map((row) => ({ ...row, ...rowAfterStart(rules.get(row.name)!, row, nowMs) }));
  await saveDateStarts(tx, after);
  return dispatches;
}

function mayStart(context: RoutingContext, row: OwnedDateRow, past: PastOccasions | undefined): boolean {
  if (!past) return true;
  if (past.occasions.has(row.occasion!)) return false;
  return mayComeAgain(againOf(context, row.name), past.lastClosedAt, row.startsAt!);
}

function againOf({ journeys }: RoutingContext, name: string): Again {
  const concern = [...journeys.values()]
    .flat()
    .find(({ starts, journey }) => starts && journey.name === name);
  return concern!.journey.again;
}

/** Over all occasions: of each there is one run anyway. */
function mayComeAgain(again: Again, lastClosedAt: number | null, atMs: number): boolean {
  if (again === 'always') return true;
  if (again === 'never') return false;
  return lastClosedAt === null || atMs >= lastClosedAt + spanMs(again.slice('after '.length) as Span);
}

/** The events that start runs: of the time for which they were meant, and come now. */
async function reach(
  tx: TransactionSql,
  context: RoutingContext,
  rows: readonly OwnedDateRow[],
): Promise<OwnedEvent[]> {
  const receivedAt = context.clock.now().getTime();
  const events = await deriveEvents(
    tx,
    context,
    rows.map(({ name, customerId, occasion, startsAt }) => ({
      ...{ customerId, name: dateReached, subject: name, occurredAt: startsAt!, cause: null },
      properties: { journey: name, occasion: occasion! },
    })),
  );
  return events.map(({ customerId, event }) => ({ customerId, event: { ...event, receivedAt } }));
}
