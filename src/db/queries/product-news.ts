import type { TransactionSql } from 'postgres';
import type { Sql } from '../connect.ts';
import { bounds } from '../../domain/bounds.ts';
import type { Price } from '../../routing/product-state.ts';
import { heldLines } from './run-products.ts';

/** Something that has happened to a product, for runs to be told. Time in epoch milliseconds. */
export interface ProductHappened {
  sku: string;
  /** As `crossingKey` says it. */
  crossing: string;
  eventId: string;
  at: number;
  /** What it cost before. */
  before: Price | null;
}

/** Owes it to the open runs that are about the product; says how much that is. Of what nobody is about nothing is kept. */
export async function saveProductNews(
  tx: TransactionSql,
  happened: readonly ProductHappened[],
): Promise<number> {
  if (happened.length === 0) return 0;
  const rows = happened.map(({ at, before, ...one }) => ({
    ...{ ...one, at: new Date(at), beforeMinor: before?.priceMinor ?? null },
    currency: before?.currency ?? null,
  }));
  const owed = await tx`
    insert into product_news (sku, crossing, event_id, occurred_at, before_minor, currency)
    select sku, crossing, "eventId", at, "beforeMinor", currency
    from jsonb_to_recordset(${tx.json(rows)})
      as h (sku text, crossing text, "eventId" uuid, at timestamptz, "beforeMinor" bigint, currency text)
    where exists (select from run_products p where p.sku = h.sku)
    on conflict (sku, crossing) where told_up_to is null do update set
      event_id = excluded.event_id, occurred_at = excluded.occurred_at,
      before_minor = case when product_news.currency = excluded.currency
        then greatest(product_news.before_minor, excluded.before_minor) else excluded.before_minor end,
      currency = excluded.currency`;
  return owed.count;
}

/** What runs are still to be told, the oldest first. */
export interface OwedNews extends ProductHappened {
  id: number;
  /** Every run up to this `seq` of those that are about the product has been told. */
  toldUpTo: number | null;
}

export async function oldestProductNews(tx: TransactionSql, limit: number): Promise<OwedNews[]> {
  const rows = await tx<
    (Omit<OwedNews, 'at' | 'before'> & { at: Date; beforeMinor: number | null; currency: string | null })[]
  >`
    select id::float8 as id, sku, crossing, event_id as "eventId", occurred_at as at,
      before_minor::float8 as "beforeMinor", currency, told_up_to::float8 as "toldUpTo"
    from product_news order by id limit ${limit}`;
  return rows.map(({ at, beforeMinor, currency, ...row }) => ({
    ...{ ...row, at: at.getTime() },
    before: beforeMinor === null ? null : { priceMinor: beforeMinor, currency: currency! },
  }));
}

/** A run that may have to be told; null: it is over, or no such line is in its cart any more. */
export interface ConcernedRun {
  newsId: number;
  runId: string;
  /** Its place among the runs that are about the product. */
  seq: number;
  /** What it was told by that event before, by the names of its code: the news was owed to a run that became this one. */
  told: readonly string[];
  run: {
    name: string;
    version: number;
    firstAt: number;
    lastSeq: number;
    isHeld: boolean;
    /** When what is in the cart was put there: the line that was there first. */
    addedAt: number;
    /** What the line says it costs; null: it does not say. */
    price: Price | null;
  } | null;
}

/**
 * The next runs to be told some news, at most `limit`, in the order of the news and in that in which they came to be
 * about the product: one that comes to it by a merge while others are told is not skipped. Those that are open are
 * locked, so that one which is about to close itself sees what it is owed.
 */
export async function runsConcerned(
  tx: TransactionSql,
  news: readonly OwedNews[],
  limit: number,
): Promise<ConcernedRun[]> {
  if (news.length === 0) return [];
  const given = news.map(({ id, sku, eventId, toldUpTo }) => ({ id, sku, eventId, toldUpTo: toldUpTo ?? 0 }));
  const next = await tx<{ newsId: number; sku: string; runId: string; seq: number; told: string[] }[]>`
    select n.id::float8 as "newsId", n.sku, p.run_id as "runId", p.seq::float8 as seq,
      array(select d.event_name from dispatches d
        where d.run_id = p.run_id and d.event_id = n."eventId" and d.kind = 'event') as told
    from jsonb_to_recordset(${tx.json(given)}) as n (id bigint, sku text, "eventId" uuid, "toldUpTo" bigint)
    cross join lateral (
      select run_id, seq from run_products p
      where p.sku = n.sku and p.seq > n."toldUpTo"
      order by p.seq limit ${limit}) p
    order by n.id, p.seq limit ${limit}`;
  const runs = await lockedLines(tx, next);
  return next.map(({ newsId, sku, runId, seq, told }) => ({
    ...{ newsId, runId, seq, told },
    run: runs.get(placeOf({ runId, sku })) ?? null,
  }));
}

const placeOf = ({ runId, sku }: { runId: string; sku: string }) => JSON.stringify([runId, sku]);

type LineRow = { runId: string; sku: string } & Omit<NonNullable<ConcernedRun['run']>, 'price'> & {
    priceMinor: number | null;
    currency: string | null;
  };

async function lockedLines(
  tx: TransactionSql,
  asked: readonly { runId: string; sku: string }[],
): Promise<Map<string, NonNullable<ConcernedRun['run']>>> {
  if (asked.length === 0) return new Map();
  const ids = asked.map(({ runId }) => runId);
  await tx`select from runs where id = any(${ids}::uuid[]) and state = 'open' order by id for update`;
  const rows = await tx<LineRow[]>`
    select r.id as "runId", a.sku, r.name, r.version, (r.first ->> 'at')::float8 as "firstAt",
      r.last_seq as "lastSeq", r.held_until is not null as "isHeld", held."addedAt", held."priceMinor", held.currency
    from unnest(${ids}::uuid[], ${asked.map(({ sku }) => sku)}::text[]) as a (run_id, sku)
    join runs r on r.id = a.run_id and r.state = 'open'
    cross join lateral (
      select (l ->> 'addedAt')::float8 as "addedAt", (l ->> 'priceMinor')::float8 as "priceMinor",
        l ->> 'currency' as currency
      from ${heldLines(tx)}
      where k.customer_id = r.customer_id and k.key = r.key and named.sku = a.sku
      order by 1 limit 1) held`;
  return new Map(
    rows.map(({ sku, priceMinor, currency, ...run }) => [
      placeOf({ runId: run.runId, sku }),
      { ...run, price: priceMinor === null ? null : { priceMinor, currency: currency! } },
    ]),
  );
}

/** Records how far the telling of some news has come. */
export async function saveTelling(
  tx: TransactionSql,
  { done, underWay }: { done: readonly number[]; underWay: { id: number; toldUpTo: number } | null },
): Promise<void> {
  if (done.length > 0) await tx`delete from product_news where id = any(${[...done]}::bigint[])`;
  if (underWay) await tx`update product_news set told_up_to = ${underWay.toldUpTo} where id = ${underWay.id}`;
}

/** Forgets what was to be told to runs for longer than it waits for them, as no code hears of it any more; says how many. */
export async function deleteOldProductNews(sql: Sql, now: Date): Promise<number> {
  const before = new Date(now.getTime() - bounds.productNewsDays * 86_400_000).toISOString();
  const gone = await sql`delete from product_news where occurred_at < ${before}::text::timestamptz`;
  return gone.count;
}

/** Records what some runs have been told up to. */
export async function saveLastSeqs(tx: TransactionSql, lastSeqs: ReadonlyMap<string, number>): Promise<void> {
  if (lastSeqs.size === 0) return;
  await tx`
    update runs set last_seq = t.last_seq
    from unnest(${[...lastSeqs.keys()]}::uuid[], ${[...lastSeqs.values()]}::int[]) as t (id, last_seq)
    where runs.id = t.id`;
}
