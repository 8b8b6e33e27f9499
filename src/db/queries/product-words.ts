import type { Sql, TransactionSql } from 'postgres';
import { bearing, type TableSizes } from './kept-plan.ts';
import type { ProductReview } from '../schema/products.ts';

/** A product as messages see it: a line of one piece. */
export interface ProductWords {
  sku: string;
  productId: string | null;
  title: string | null;
  category: string | null;
  url: string | null;
  imageUrl: string | null;
  quantity: 1;
  priceMinor: number | null;
  currency: string | null;
  /** What its buyers gave it, on the shop's own scale. */
  rating: number | null;
  reviews: ProductReview[];
}

const unknown: Omit<ProductWords, 'sku'> = {
  ...{ productId: null, title: null, category: null, url: null, imageUrl: null },
  ...{ quantity: 1, priceMinor: null, currency: null, rating: null, reviews: [] },
};

/** What the catalogue says of a sku now; of one that is not there only the sku. */
export async function productWords(sql: Sql | TransactionSql, sku: string): Promise<ProductWords> {
  const [row] = await sql<Omit<ProductWords, 'quantity'>[]>`
    select ${productColumns(sql)} from products p where p.sku = ${sku}`;
  return { ...unknown, sku, ...row };
}

/**
 * What the catalogue says now of products that a message's data name, by sku; one of each product id that none has.
 * @param sizes of the tables, where its plan is kept.
 */
export async function productsNamed(
  sql: Sql | TransactionSql,
  { skus, productIds }: { skus: readonly string[]; productIds: readonly string[] },
  sizes: TableSizes = '',
): Promise<ProductWords[]> {
  const rows = await sql<Omit<ProductWords, 'quantity'>[]>`
    select ${bearing(sql, sizes)} ${productColumns(sql)} from products p where p.sku in (
      select unnest(${[...skus]}::text[]) union select unnest(${[...productIds]}::text[])
      union select min(sku) from products where product_id = any(${[...productIds]}::text[]) group by product_id)
    order by p.sku`;
  return rows.map((row) => ({ ...row, quantity: 1 }));
}

/** The columns of a product `p` of the statement around it, as messages see them. */
export function productColumns(sql: Sql | TransactionSql) {
  return sql`p.sku, p.product_id as "productId", p.title, p.category, p.url, p.image_url as "imageUrl",
    p.price_minor::float8 as "priceMinor", p.currency, p.rating, p.reviews`;
}
