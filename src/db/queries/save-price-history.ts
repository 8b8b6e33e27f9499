import type { TransactionSql } from 'postgres';
import { bounds } from '../../domain/bounds.ts';
import type { Sql } from '../connect.ts';
import { newestOf, type PriceReport } from './routing-world.ts';

/**
 * Puts reports of prices into their places in time, each where its price differs from the one before it; to be called
 * before `prices` takes them over, whose newest reports it looks at. A report that comes late stands for its time only:
 * the price after it is said again where it was reported again, and a row that it makes needless goes.
 */
export async function savePriceHistory(tx: TransactionSql, reports: readonly PriceReport[]): Promise<void> {
  if (reports.length === 0) return;
  const given = newestOf(reports, ({ sku, source, at }) => [sku, source, String(at)]);
  await tx`
    with given as materialized (
      select * from jsonb_to_recordset(${tx.json(given)})
        as r (sku text, source text, "priceMinor" bigint, currency text, at timestamptz)
    ), touched as materialized (
      select sku, min(at) as since from given group by sku
    ), known as (
      select h.*, true as stored from touched t cross join lateral (
        select * from (
          select * from price_history o where o.sku = t.sku and o.at < t.since order by o.at desc, o.source limit 1
        ) before
        union all select * from price_history o where o.sku = t.sku and o.at >= t.since) h
    ), said as (
      select sku, at, source, "priceMinor" as price_minor, currency, 1 as rank from given
      union all select p.sku, p.at, p.source, p.price_minor, p.currency, 2
        from touched t join prices p on p.sku = t.sku and p.at > t.since
      union all select sku, at, source, price_minor, currency, 3 from known
    ), placed as (
      select distinct on (sku, at, source) sku, at, source, price_minor, currency from said
      order by sku, at, source, rank
    ), judged as materialized (
      select *, (price_minor, currency) is distinct from (lag(price_minor) over before, lag(currency) over before) as differs
      from placed window before as (partition by sku order by at, source desc)
    ), dropped as (
      delete from price_history h using judged j
      where not j.differs and h.sku = j.sku and h.at = j.at and h.source = j.source
    )
    insert into price_history (sku, at, source, price_minor, currency)
    select sku, at, source, price_minor, currency from judged j
    where differs and not exists (
      select from known k where k.sku = j.sku and k.at = j.at and k.source = j.source
        and k.price_minor = j.price_minor and k.currency = j.currency)
    on conflict (sku, at, source) do update set price_minor = excluded.price_minor, currency = excluded.currency`;
}

/** Forgets prices that have not been in force for `bounds.priceHistoryDays`, so many of them at a time. */
export async function deleteOldPrices(sql: Sql, now: Date, atOnce = 10_000): Promise<number> {
  const before = new Date(now.getTime() - bounds.priceHistoryDays * 86_400_000).toISOString();
  let deleted = 0;
  for (;;) {
    const gone = await sql`
      delete from price_history h using (
        select o.sku, o.at, o.source from price_history o
        where o.at < ${before}::text::timestamptz and exists (
          select from price_history n
          where n.sku = o.sku and n.at <= ${before}::text::timestamptz and (n.at > o.at or (n.at = o.at and n.source < o.source)))
        limit ${atOnce}) old
      where h.sku = old.sku and h.at = old.at and h.source = old.source`;
    deleted += gone.count;
    if (gone.count < atOnce) return deleted;
  }
}
