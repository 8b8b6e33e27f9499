import type { TransactionSql } from 'postgres';
import { bounds } from '../../domain/bounds.ts';

/** How many products are kept beside each sku, and for each category. */
export const mostKeptBeside = 24;

/** An order of more lines than this is a warehouse's, and tells nothing of what goes together. */
const mostLines = 50;

/** Reckons anew what goes with what, from the newest order lines and looks since a time; what was there before is replaced. */
export async function reckonRecommendations(
  tx: TransactionSql,
  since: { ordered: Date; seen: Date },
): Promise<void> {
  await tx`delete from recommendations`;
  await reckonBoughtTogether(tx, since.ordered);
  await reckonMostSeen(tx, since.seen);
}

async function reckonBoughtTogether(tx: TransactionSql, since: Date): Promise<void> {
  await tx`
    insert into recommendations (basis, beside, sku, count)
    with lines as materialized (
      select order_id, sku from purchases where ordered_at >= ${since}
      order by ordered_at desc limit ${bounds.recommendationRows}),
    small as (select order_id from lines group by order_id having count(*) between 2 and ${mostLines}),
    pairs as (
      select a.sku as beside, b.sku, count(*) as count
      from small s join lines a using (order_id) join lines b on b.order_id = a.order_id and b.sku <> a.sku
      group by a.sku, b.sku)
    select 'bought-together', beside, sku, count
    from (select *, row_number() over (partition by beside order by count desc, sku) as place from pairs) p
    where place <= ${mostKeptBeside}`;
}

/** By how many customers, not how often: one who reloads a page all day counts once. */
async function reckonMostSeen(tx: TransactionSql, since: Date): Promise<void> {
  await tx`
    insert into recommendations (basis, beside, sku, count)
    with looks as materialized (
      select customer_id, nullif(btrim(properties ->> 'sku'), '') as sku,
        nullif(btrim(properties ->> 'product_id'), '') as product_id
      from customer_events where name = 'Product Viewed' and occurred_at >= ${since}
      order by occurred_at desc limit ${bounds.recommendationRows}),
    named as (
      select l.customer_id, coalesce(l.sku, v.sku, l.product_id) as sku from looks l
      left join (select product_id, min(sku) as sku from products where product_id is not null group by product_id) v
        on l.sku is null and v.product_id = l.product_id),
    seen as (
      select p.category, p.sku, count(distinct n.customer_id) as count
      from named n join products p on p.sku = n.sku where p.category is not null
      group by p.category, p.sku)
    select 'most-seen', category, sku, count
    from (select *, row_number() over (partition by category order by count desc, sku) as place from seen) s
    where place <= ${mostKeptBeside}`;
}
