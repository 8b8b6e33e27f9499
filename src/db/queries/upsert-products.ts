import type { TransactionSql } from 'postgres';
import type { ProductReview } from '../schema/products.ts';

/** A product as the catalogue keeps it. */
export interface NewProduct {
  sku: string;
  productId: string | null;
  title: string;
  priceMinor: number;
  currency: string;
  category: string | null;
  url: string | null;
  imageUrl: string | null;
  substitutes: string[];
  rating: number | null;
  reviews: ProductReview[];
}

/**
 * Puts products into the catalogue, each in place of the one of its sku; gives the skus of which anything changed. Sorted
 * by sku, so that two that put the same ones wait for each other: the later in the catalogue is the later in the order
 * of the events that come with it. Each sku may be given once.
 */
export async function upsertProducts(
  tx: TransactionSql,
  products: readonly NewProduct[],
  at: Date,
): Promise<string[]> {
  const rows = products.map(({ productId, priceMinor, imageUrl, ...product }) => ({
    ...product,
    product_id: productId,
    price_minor: priceMinor,
    image_url: imageUrl,
  }));
  const changed = await tx<{ sku: string }[]>`
    insert into products as p (sku, product_id, title, price_minor, currency, category, url, image_url, substitutes,
                               rating, reviews, updated_at)
    select sku, product_id, title, price_minor, currency, category, url, image_url, substitutes, rating, reviews,
           ${at.toISOString()}::text::timestamptz
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r (
      sku text, product_id text, title text, price_minor bigint, currency text, category text, url text,
      image_url text, substitutes text[], rating float8, reviews jsonb)
    order by sku collate "C"
    on conflict (sku) do update set
      product_id = excluded.product_id, title = excluded.title, price_minor = excluded.price_minor,
      currency = excluded.currency, category = excluded.category, url = excluded.url, image_url = excluded.image_url,
      substitutes = excluded.substitutes, rating = excluded.rating, reviews = excluded.reviews,
      updated_at = excluded.updated_at
    where (p.product_id, p.title, p.price_minor, p.currency, p.category, p.url, p.image_url, p.substitutes, p.rating,
           p.reviews)
      is distinct from
          (excluded.product_id, excluded.title, excluded.price_minor, excluded.currency, excluded.category,
           excluded.url, excluded.image_url, excluded.substitutes, excluded.rating, excluded.reviews)
    returning p.sku`;
  return changed.map(({ sku }) => sku);
}
