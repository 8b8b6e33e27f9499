/**
 * What wakes watches beside stock: prices that change, and every other universal event. Each report is held against the
 * one that counted before it; one that came too late to count wakes nobody.
 */
import type { TransactionSql } from 'postgres';
import {
  loadPrices,
  loadStates,
  savePrices,
  saveStates,
  type PriceReport,
  type StateReport,
} from '../db/queries/routing-world.ts';
import { savePriceHistory } from '../db/queries/save-price-history.ts';
import { declaredEvents } from '../define/declared-events.ts';
import type { UniversalEventType } from '../define/universal-event.ts';
import type { WatchDefinition } from '../define/watch.ts';
import type { AcceptedEvent } from './event.ts';
import { pricesIn, statesIn, type Reported } from './reports.ts';
import type { WatchBook } from './watch-book.ts';

/** Keeps prices and states of the world, and tells the watches what of it matters to them. */
export async function foldWorldEvents(
  tx: TransactionSql,
  universal: readonly AcceptedEvent[],
  { watches, book, nowMs }: { watches: readonly WatchDefinition[]; book: WatchBook; nowMs: number },
): Promise<void> {
  const types = declaredEvents(watches);
  const prices = pricesIn(universal);
  if (watches.some(wakesAt('price'))) await tellPrices(tx, prices, book);
  await savePriceHistory(tx, prices);
  await savePrices(tx, prices);
  const states = statesIn(universal, types);
  if (watches.some(wakesAt('event'))) {
    tellStates(states, await loadStates(tx, states), { book, nowMs });
    tellOccurrences(universal, types, { book, nowMs });
  }
  await saveStates(tx, states);
}

const wakesAt =
  (of: 'price' | 'event') =>
  ({ wakes }: WatchDefinition): boolean =>
    Object.values(wakes).some((crossing) => crossing.of === of);

async function tellPrices(
  tx: TransactionSql,
  reports: readonly Reported<PriceReport>[],
  book: WatchBook,
): Promise<void> {
  const bySku = new Map<string, PriceReport[]>();
  for (const known of await loadPrices(tx, [...new Set(reports.map(({ sku }) => sku))]))
    bySku.set(known.sku, [...(bySku.get(known.sku) ?? []), known]);
  for (const report of inOrder(reports)) {
    const known = bySku.get(report.sku) ?? [];
    const own = known.find(({ source }) => source === report.source);
    if (own && own.at > report.at) continue;
    const [before, reported] = [inForce(known), [...known.filter((one) => one !== own), report]];
    const after = inForce(reported)!;
    bySku.set(report.sku, reported);
    if (after !== report) continue;
    const { at, eventId, priceMinor, currency } = report;
    book.repriced(report.sku, before?.currency === currency ? before.priceMinor : null, {
      ...{ at, eventId, priceMinor },
    });
  }
}

/** The newest report; of two sources of one time the first by name. */
function inForce(reports: readonly PriceReport[]): PriceReport | null {
  return reports.reduce<PriceReport | null>((best, one) => {
    if (best === null || one.at > best.at) return one;
    return one.at === best.at && one.source < best.source ? one : best;
  }, null);
}

function tellStates(
  reports: readonly Reported<StateReport>[],
  known: readonly StateReport[],
  { book, nowMs }: { book: WatchBook; nowMs: number },
): void {
  const byPlace = new Map<string, StateReport>();
  for (const report of known) {
    const place = placeOf(report);
    byPlace.set(place, newer(byPlace.get(place), report));
  }
  for (const report of inOrder(reports)) {
    const place = placeOf(report);
    const before = byPlace.get(place);
    const after = newer(before, report);
    if (after !== report) continue;
    byPlace.set(place, report);
    book.happened(report, before?.data ?? null, nowMs);
  }
}

/** Which of two reports on a state counts: the newer; of two sources of one time the first by name, of one source the later. */
function newer(known: StateReport | undefined, report: StateReport): StateReport {
  if (!known || report.at > known.at) return report;
  return report.at === known.at && report.source <= known.source ? report : known;
}

function tellOccurrences(
  universal: readonly AcceptedEvent[],
  types: ReadonlyMap<string, UniversalEventType>,
  { book, nowMs }: { book: WatchBook; nowMs: number },
): void {
  for (const { id, name, subject, occurredAt, body } of inOrder(universal)) {
    if (types.get(name ?? '')?.per !== null) continue;
    const data = body.properties ?? {};
    book.happened({ type: name!, subject: subject!, at: occurredAt, eventId: id, data }, null, nowMs);
  }
}

const placeOf = ({ type, subject, place }: StateReport) => JSON.stringify([type, subject, place]);

const inOrder = <One extends { seq: number }>(some: readonly One[]): One[] =>
  some.toSorted((a, b) => a.seq - b.seq);
