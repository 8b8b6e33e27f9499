import type { TransactionSql } from 'postgres';
import {
  oldestProductNews,
  runsConcerned,
  saveLastSeqs,
  saveTelling,
  type ConcernedRun,
  type OwedNews,
} from '../db/queries/product-news.ts';
import { productStates } from '../db/queries/product-states.ts';
import { insertDispatches, type NewDispatchRow } from '../db/queries/routing-runs.ts';
import { dropRunProducts } from '../db/queries/run-products.ts';
import { maxHeard, type Carried } from '../domain/run-input.ts';
import { safeName } from '../domain/safe-name.ts';
import type { DueWork } from './due.ts';
import { versionOf, type ProductHearers } from './product-hearers.ts';
import { isLower, stillHolds, type ProductState } from './product-state.ts';
import type { RoutingContext } from './route-batch.ts';

/** At most so many pieces of news are looked at in one turn. */
const newsAtOnce = 100;

/**
 * Tells runs what has happened to the products that they are about, a slice of at most `limit` runs, where the slice
 * before it ended. What is over meanwhile is told to nobody else; what has left the cart, or was put there after it
 * happened, does not concern the run, nor does a price that is no lower than what the line itself says.
 */
export const tellOfProducts: DueWork = async (tx, context, limit) => {
  if (context.hearers.versions.length === 0) return { done: 0, dispatches: 0 };
  const owed = await oldestProductNews(tx, newsAtOnce);
  if (owed.length === 0) return { done: 0, dispatches: 0 };
  const states = await productStates(tx, [...new Set(owed.map(({ sku }) => sku))]);
  const news = new Map(
    owed.filter((one) => isCurrent(context.hearers, one, states)).map((one) => [one.id, one]),
  );
  const concerned = await runsConcerned(tx, [...news.values()], limit);
  const dispatches = await tell(tx, context, { news, concerned, states });
  const last = concerned.length === limit ? concerned.at(-1)! : null;
  const underWay = last && { id: last.newsId, toldUpTo: last.seq };
  const ids = owed.map(({ id }) => id);
  const done = ids.filter((id) => last === null || id < last.newsId || !news.has(id));
  await saveTelling(tx, { done, underWay });
  const isMore = last !== null || owed.length === newsAtOnce;
  return { done: isMore ? limit : concerned.length, dispatches };
};

type States = ReadonlyMap<string, ProductState>;

function isCurrent(hearers: ProductHearers, news: OwedNews, states: States): boolean {
  const crossing = hearers.crossings.get(news.crossing);
  return crossing !== undefined && stillHolds(crossing, { price: news.before }, states.get(news.sku)!);
}

/** Answers how many dispatches are owed now. */
async function tell(
  tx: TransactionSql,
  context: RoutingContext,
  of: { news: ReadonlyMap<number, OwedNews>; concerned: readonly ConcernedRun[]; states: States },
): Promise<number> {
  const lastSeqs = new Map<string, number>();
  const rows = of.concerned.flatMap(({ newsId, runId, run, told }): NewDispatchRow[] => {
    const news = of.news.get(newsId)!;
    const state = of.states.get(news.sku)!;
    if (run === null || !concerns(run, news, state)) return [];
    const names = context.hearers.namesOf(versionOf(run), news.crossing);
    return names
      .filter((name) => !told.includes(name))
      .flatMap((name) => {
        const seq = (lastSeqs.get(runId) ?? run.lastSeq) + 1;
        if (seq > maxHeard) return [];
        lastSeqs.set(runId, seq);
        return [dispatchOf(context, { runId, seq, name, news, state, held: run.isHeld })];
      });
  });
  await saveLastSeqs(tx, lastSeqs);
  await insertDispatches(tx, rows);
  const gone = of.concerned.filter(({ run }) => run === null);
  await dropRunProducts(
    tx,
    gone.map(({ newsId, runId }) => ({ runId, sku: of.news.get(newsId)!.sku })),
  );
  return rows.filter(({ held }) => held !== true).length;
}

function concerns(run: NonNullable<ConcernedRun['run']>, news: OwedNews, { price }: ProductState): boolean {
  if (run.firstAt > news.at || run.addedAt > news.at) return false;
  // A line in another currency, or without a price, cannot be compared: it became cheaper than it was.
  const isComparable = news.before !== null && run.price !== null && run.price.currency === price?.currency;
  return !isComparable || isLower(price, run.price);
}

function dispatchOf(
  { secret }: RoutingContext,
  told: { runId: string; seq: number; name: string; news: OwedNews; state: ProductState; held: boolean },
): NewDispatchRow {
  const { news, state } = told;
  const sku = safeName(news.sku, secret);
  const carries: Carried = news.before === null ? { sku, units: state.units! } : { sku, ...state.price! };
  return {
    ...{ run_id: told.runId, seq: told.seq, kind: 'event', event_id: news.eventId, event_name: told.name },
    ...{ occurred_at: new Date(news.at), carries, held: told.held },
  };
}
