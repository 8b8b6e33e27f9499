/**
 * Reckons the dates of some customers anew and keeps what came of it. Runs about an occasion that is none any more end
 * as `moved`:
 *
 * - while the occasion lies ahead, today included: what the run would say is no longer so;
 * - always, when the journey starts after its date: a year after the last order is over with the next order.
 *
 * A run that goes on after its occasion has passed stays: that occasion was, and the next one has a run of its own.
 */
import type { TransactionSql } from 'postgres';
import { loadDateValues } from '../db/queries/date-values.ts';
import { dropDateStarts, loadDateStarts, saveDateStarts } from '../db/queries/date-starts.ts';
import { endMovedRuns, lockOccasionRuns, placeOf, type OccasionRun } from '../db/queries/occasion-runs.ts';
import { loadReckonings } from '../db/queries/date-reckonings.ts';
import { loadSettings } from '../db/queries/settings.ts';
import { isAfter } from '../domain/date-rule.ts';
import { dayOf } from '../domain/local-time.ts';
import { isOccasion, readDate } from '../domain/occasion.ts';
import { shopScope } from '../domain/setting-scopes.ts';
import { defaultZone } from '../domain/zone.ts';
import { readShopSettings } from '../shop-settings.ts';
import type { DateJourney } from './date-journeys.ts';
import { isSameRow, reckonDate, type DateRow, type Why } from './reckon-date.ts';
import type { RoutingContext } from './route-batch.ts';

export interface Reckoning {
  journeys: readonly DateJourney[];
  customerIds: readonly string[];
  why: Why;
  /** Whether the customer brought the date of this journey just now: one whose start has passed starts at once. */
  isBrought?: (journey: string, customerId: string) => boolean;
}

/** One row as it was and as it is. */
interface Reckoned {
  journey: DateJourney;
  customerId: string;
  was: DateRow | null;
  is: DateRow | null;
}

/** What ended runs of an old date, as the operator reads it. */
const dateMoved = 'Date Moved';

/** Answers how many dispatches were written: the ends of runs. */
export async function reckonDates(
  tx: TransactionSql,
  context: RoutingContext,
  asked: Reckoning,
): Promise<number> {
  if (asked.journeys.length === 0 || asked.customerIds.length === 0) return 0;
  const names = asked.journeys.map(({ name }) => name);
  const reckonings = await loadReckonings(tx, names);
  const ours = asked.journeys.filter(({ name, definition }) => {
    const state = reckonings.get(name);
    return state?.definition === definition || state?.nextDefinition === definition;
  });
  // Before everybody was reckoned by this definition, a customer without a row has not brought the date just now.
  const settled = new Set(
    ours.flatMap(({ name, definition }) => (reckonings.get(name)!.definition === definition ? [name] : [])),
  );
  const all = await reckonAll(tx, context, asked, settled);
  const known = new Set(ours.map(({ name }) => name));
  await keep(tx, all, new Set(names.filter((name) => !known.has(name))));
  // A new rule, or what a zone means now, moves nobody's date.
  if (asked.why === 'new-rule' || asked.why === 'again') return 0;
  // A merge brings runs about the occasions of another date.
  return endMoved(tx, context, asked.why === 'merge' ? all : all.filter(isAnotherDate));
}

/** The zone of customers who have none of their own. */
export async function shopZone(tx: TransactionSql): Promise<string> {
  const settings = await loadSettings(tx, [shopScope]);
  return readShopSettings(settings.get(shopScope)).timezone;
}

async function reckonAll(
  tx: TransactionSql,
  context: RoutingContext,
  { journeys, customerIds, why, isBrought }: Reckoning,
  settled: ReadonlySet<string>,
): Promise<Reckoned[]> {
  const names = journeys.map(({ name }) => name);
  const sources = journeys.map(({ source }) => source);
  const rows = new Map((await loadDateStarts(tx, names, customerIds)).map((row) => [placeOf(row), row]));
  const customers = await loadDateValues(tx, customerIds, sources);
  const zone = await shopZone(tx);
  const nowMs = context.clock.now().getTime();
  return customers.flatMap(({ customerId, timezone, values }) =>
    journeys.map((journey, place) => {
      const { name, rule, source } = journey;
      const was = rows.get(placeOf({ customerId, name })) ?? null;
      const startsMissed = settled.has(name) && (isBrought?.(name, customerId) ?? false);
      const of = { rule, source, value: values[place], timezone, shopZone: zone };
      return { journey, customerId, was, is: reckonDate({ ...of, row: was, nowMs, startsMissed, why }) };
    }),
  );
}

/** @param stale journeys whose newer definition another router knows: it is to reckon again what this one wrote. */
async function keep(
  tx: TransactionSql,
  reckoned: readonly Reckoned[],
  stale: ReadonlySet<string>,
): Promise<void> {
  const saved = reckoned.flatMap(({ journey: { name }, customerId, is }) =>
    is === null ? [] : [{ ...is, name, customerId }],
  );
  const changed = new Set(
    reckoned.filter(({ was, is }) => !isSameRow(was, is)).map((one) => placeOf(ofRow(one))),
  );
  await saveDateStarts(
    tx,
    saved.filter((row) => changed.has(placeOf(row))),
    stale,
  );
  await dropDateStarts(tx, reckoned.filter(({ was, is }) => was !== null && is === null).map(ofRow));
}

const ofRow = ({ journey: { name }, customerId }: Reckoned) => ({ name, customerId });

function isAnotherDate({ was, is }: Reckoned): boolean {
  return was?.date !== is?.date || was?.zone !== is?.zone;
}

async function endMoved(
  tx: TransactionSql,
  context: RoutingContext,
  changed: readonly Reckoned[],
): Promise<number> {
  if (changed.length === 0) return 0;
  const byPlace = new Map(changed.map((one) => [placeOf(ofRow(one)), one]));
  const now = context.clock.now();
  const runs = await lockOccasionRuns(tx, changed.map(ofRow));
  const moved = runs.filter((run) => isMoved(run, byPlace.get(placeOf(run))!, now.getTime()));
  const ids = moved.map(({ id }) => id);
  return endMovedRuns(tx, ids, { at: now, event: dateMoved });
}

function isMoved(
  { occasion }: OccasionRun,
  { journey: { rule }, is, was }: Reckoned,
  nowMs: number,
): boolean {
  const zone = is?.zone ?? was?.zone ?? defaultZone;
  const date = is?.date == null ? null : readDate(is.date, rule, zone);
  if (date !== null && typeof date !== 'string' && isOccasion(rule, date, occasion)) return false;
  return isAfter(rule.offset) || occasion >= dayOf(nowMs, zone);
}
