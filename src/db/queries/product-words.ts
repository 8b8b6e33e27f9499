import type { Sql, TransactionSql } from 'postgres';

/** A product as messages see it: a line of one piece. */
export interface ProductWords {
  sku: string;
  productId: string | null;
  title: string | null;
  url: string | null;
  imageUrl: string | null;
  quantity: 1;
  priceMinor: number | null;
  currency: string | null;
}

/** What the catalogue says of a sku now; of one that is not there only the sku. */
export async function productWords(sql: Sql | TransactionSql, sku: string): Promise<ProductWords> {
  const [row] = await sql<Omit<ProductWords, 'quantity'>[]>`
    select sku, product_id as "productId", title, url, image_url as "imageUrl", price_minor::float8 as "priceMinor",
      currency
    from products where sku = ${sku}`;
  const unknown = {
    sku,
    productId: null,
    title: null,
    url: null,
    imageUrl: null,
    priceMinor: null,
    currency: null,
  };
  return { ...unknown, ...row, quantity: 1 };
}
