import type { Sql } from '../connect.ts';
import type { TransactionSql } from 'postgres';

/** The sku of the product with each `product_id`; of variants that share one the first by sku. Others are left out. */
export async function skusByProductId(
  sql: Sql | TransactionSql,
  productIds: readonly string[],
): Promise<Map<string, string>> {
  if (productIds.length === 0) return new Map();
  const rows = await sql<{ product_id: string; sku: string }[]>`
    select distinct on (product_id) product_id, sku from products
    where product_id = any(${[...new Set(productIds)]}::text[]) order by product_id, sku`;
  return new Map(rows.map((row) => [row.product_id, row.sku]));
}
