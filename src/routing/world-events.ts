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
import { inForce } from '../domain/in-force.ts';
import type { AcceptedEvent } from './event.ts';
import type { ProductNewsBook } from './product-news-book.ts';
import type { ProductListener } from './product-state.ts';
import { pricesIn, statesIn, type Reported } from './reports.ts';
import type { WatchBook } from './watch-book.ts';

/** Keeps prices and states of the world, and tells the watches, and what journeys hear of, what of it matters to them. */
export async function foldWorldEvents(
  tx: TransactionSql,
  universal: readonly AcceptedEvent[],
  told: { watches: readonly WatchDefinition[]; book: WatchBook; news: ProductNewsBook; nowMs: number },
): Promise<void> {
  const { watches, book, news, nowMs } = told;
  const types = declaredEvents(watches);
  const prices = pricesIn(universal);
  if (news.hearsPrices || watches.some(wakesAt('price'))) await tellPrices(tx, prices, [book, news]);
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
  listeners: readonly ProductListener[],
): Promise<void> {
  const bySku = new Map<string, PriceReport[]>();
  for (const known of await loadPrices(tx, [...new Set(reports.map(({ sku }) => sku))]))
    bySku.set(known.sku, [...(bySku.get(known.sku) ?? []), known]);
  for (const report of inOrder(reports)) {
    const known = bySku.get(report.sku) ?? [];
    const own = known.find(({ source }) => source === report.source);
    if (own && own.at > report.at) continue;
    const [before, reported] = [newestOf(known), [...known.filter((one) => one !== own), report]];
    bySku.set(report.sku, reported);
    if (newestOf(reported) !== report) continue;
    const { sku, at, eventId, priceMinor, currency } = report;
    for (const listener of listeners) listener.repriced(sku, before, { at, eventId, priceMinor, currency });
  }
}

const newestOf = (reports: readonly PriceReport[]): PriceReport | null =>
  reports.reduce<PriceReport | undefined>(inForce, undefined) ?? null;

function tellStates(
  reports: readonly Reported<StateReport>[],
  known: readonly StateReport[],
  { book, nowMs }: { book: WatchBook; nowMs: number },
): void {
  const byPlace = new Map<string, StateReport>();
  for (const report of known) {
    const place = placeOf(report);
    byPlace.set(place, inForce(byPlace.get(place), report));
  }
  for (const report of inOrder(reports)) {
    const place = placeOf(report);
    const before = byPlace.get(place);
    const after = inForce(before, report);
    if (after !== report) continue;
    byPlace.set(place, report);
    book.happened(report, before?.data ?? null, nowMs);
  }
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
