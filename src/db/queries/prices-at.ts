import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';
import { inForceFirst } from './in-force-first.ts';

/** What a product cost, since a moment. */
export interface PriceThen {
  sku: string;
  priceMinor: number;
  currency: string;
  /** Since when. */
  at: Date;
  source: string;
}

type Fragment = PendingQuery<Row[]>;

/**
 * The row of `price_history` that holds the price in force of a sku at a moment, both columns of the statement around
 * it: none where nobody had reported one by then.
 */
export const priceInForce = (sql: Sql | TransactionSql, of: { sku: Fragment; at: Fragment }): Fragment => sql`
  select h.price_minor, h.currency, h.at, h.source from price_history h
  where h.sku = ${of.sku} and h.at <= ${of.at} order by ${inForceFirst(sql)} limit 1`;

/** The prices in force of some skus, each at its moment, in the order asked; null where none was known by then. */
export async function pricesAt(
  sql: Sql | TransactionSql,
  asked: readonly { sku: string; at: Date }[],
): Promise<(PriceThen | null)[]> {
  if (asked.length === 0) return [];
  const rows = await sql<(PriceThen | { priceMinor: null })[]>`
    select a.sku, f.price_minor::float8 as "priceMinor", f.currency, f.at, f.source
    from unnest(${asked.map(({ sku }) => sku)}::text[], ${asked.map(({ at }) => at.toISOString())}::timestamptz[])
      with ordinality as a (sku, at, ord)
    left join lateral (${priceInForce(sql, { sku: sql`a.sku`, at: sql`a.at` })}) f on true
    order by a.ord`;
  return rows.map((row) => (row.priceMinor === null ? null : row));
}

/** The last prices of a sku, the newest first. */
export async function lastPrices(
  sql: Sql | TransactionSql,
  sku: string,
  limit: number,
): Promise<Omit<PriceThen, 'sku'>[]> {
  return sql<Omit<PriceThen, 'sku'>[]>`
    select price_minor::float8 as "priceMinor", currency, at, source from price_history
    where sku = ${sku} order by ${inForceFirst(sql)} limit ${limit}`;
}
