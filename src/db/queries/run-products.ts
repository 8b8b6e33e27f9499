import type { TransactionSql } from 'postgres';
import type { Sql } from '../connect.ts';

/** The lines of the cart of a run `r`, each as `l`, with the sku that it names: as `skuOf` finds it. */
export function heldLines(tx: TransactionSql) {
  return tx`
    carts k cross join lateral jsonb_array_elements(k.lines) l
    cross join lateral (select coalesce(
      nullif(btrim(l ->> 'sku'), ''),
      (select min(p.sku) from products p where p.product_id = btrim(l ->> 'productId')),
      nullif(btrim(l ->> 'productId'), '')) as sku) named`;
}

/**
 * Adds the products that open runs of some customers are about by now, of the versions that hear of products
 * (`name/version`). What has left a cart stays until somebody would be told of it.
 */
export async function keepRunProducts(
  tx: TransactionSql,
  of: { customerIds: readonly string[]; versions: readonly string[] },
): Promise<void> {
  if (of.customerIds.length === 0 || of.versions.length === 0) return;
  await tx`
    insert into run_products (run_id, sku)
    select distinct r.id, held.sku
    from runs r cross join lateral (
      select named.sku from ${heldLines(tx)} where k.customer_id = r.customer_id and k.key = r.key) held
    where r.customer_id = any(${[...of.customerIds]}::uuid[]) and r.state = 'open'
      and r.name || '/' || r.version = any(${[...of.versions]}::text[]) and held.sku is not null
    on conflict do nothing`;
}

/** Forgets what some runs were about. */
export async function dropRunProducts(
  tx: TransactionSql,
  gone: readonly { runId: string; sku: string }[],
): Promise<void> {
  if (gone.length === 0) return;
  await tx`
    delete from run_products p
    using unnest(${gone.map(({ runId }) => runId)}::uuid[], ${gone.map(({ sku }) => sku)}::text[]) as g (run_id, sku)
    where p.run_id = g.run_id and p.sku = g.sku`;
}

/** Forgets what runs were about that are over, so many at a time; says how many rows that were. */
export async function dropProductsOfClosedRuns(sql: Sql, atOnce = 10_000): Promise<number> {
  let dropped = 0;
  for (;;) {
    const gone = await sql`
      delete from run_products where (run_id, sku) in (
        select p.run_id, p.sku from run_products p
        where not exists (select from runs r where r.id = p.run_id and r.state = 'open') limit ${atOnce})`;
    dropped += gone.count;
    if (gone.count < atOnce) return dropped;
  }
}
