import type { Sql, TransactionSql } from 'postgres';
import type { RecommendationBase } from '../schema/recommendations.ts';
import { mostKeptBeside } from './reckon-recommendations.ts';
import { productColumns, type ProductWords } from './product-words.ts';

/** A product that goes with others, and what that is known from. */
export interface RecommendedProduct extends ProductWords {
  basis: RecommendationBase;
}

/** Products as a message's data name them. */
export interface NamedProducts {
  skus: readonly string[];
  productIds: readonly string[];
}

/**
 * What goes with some products, best first: what was bought together with them, then what is looked at most in their
 * categories. Never one of them, another size of one of them, or what is sold out now.
 */
export async function recommendedProducts(
  sql: Sql | TransactionSql,
  { skus, productIds }: NamedProducts,
): Promise<RecommendedProduct[]> {
  const rows = await sql<Omit<RecommendedProduct, 'quantity'>[]>`
    with named as materialized (
      select sku, product_id, category from products
      where sku = any(${[...skus]}::text[]) or product_id = any(${[...productIds]}::text[])),
    candidates as (
      (select r.sku, 0 as place, r.count
        from (select unnest(${[...skus]}::text[]) as sku union select sku from named) n,
        lateral (select sku, count from recommendations where basis = 'bought-together' and beside = n.sku
          order by count desc limit ${mostKeptBeside}) r)
      union all
      (select r.sku, 1, r.count from (select distinct category from named where category is not null) n,
        lateral (select sku, count from recommendations where basis = 'most-seen' and beside = n.category
          order by count desc limit ${mostKeptBeside}) r))
    select ${productColumns(sql)}, case c.place when 0 then 'bought-together' else 'most-seen' end as basis
    from (select sku, min(place) as place, coalesce(sum(count) filter (where place = 0), sum(count)) as count
          from candidates group by sku) c
    join products p on p.sku = c.sku
    where p.sku <> all(${[...skus]}::text[])
      and not exists (select from named n where n.sku = p.sku or n.product_id = p.product_id)
      and coalesce((select s.units > 0 from stock s where s.sku = p.sku), true)
    order by c.place, c.count desc, c.sku
    limit ${2 * mostKeptBeside}`;
  return rows.map((row) => ({ ...row, quantity: 1 }));
}

/** Which of some products each of some customers has ever bought. */
export async function boughtOf(
  sql: Sql | TransactionSql,
  customerIds: readonly string[],
  skus: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const rows = await sql<{ customerId: string; skus: string[] }[]>`
    select customer_id as "customerId", array_agg(sku) as skus from purchases
    where customer_id = any(${[...customerIds]}::uuid[]) and sku = any(${[...skus]}::text[])
    group by customer_id`;
  return new Map(rows.map(({ customerId, skus }) => [customerId, new Set(skus)]));
}
