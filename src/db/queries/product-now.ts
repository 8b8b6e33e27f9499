import type { Sql } from '../connect.ts';
import type { ProductReview } from '../schema/products.ts';
import { priceNow } from './in-force-first.ts';

/** A product of the catalogue with what is known of it now, in the words in which it was put. */
export interface ProductNow {
  sku: string;
  product_id: string | null;
  title: string;
  /** The newest price that any source reported, in minor units. */
  price: number;
  currency: string;
  category: string | null;
  url: string | null;
  image_url: string | null;
  substitutes: string[];
  rating: number | null;
  reviews: ProductReview[];
  /** On the shelf, over all sources and locations; null when none was ever reported. */
  available: number | null;
  soldOutAt: Date | null;
  updatedAt: Date;
}

/** A product with its stock and price, as far as events have taken effect; null when the catalogue has none such. */
export async function productNow(sql: Sql, sku: string): Promise<ProductNow | null> {
  const [row] = await sql<ProductNow[]>`
    select p.sku, p.product_id, p.title,
           coalesce(n.price_minor, p.price_minor)::float8 as price, coalesce(n.currency, p.currency) as currency,
           p.category, p.url, p.image_url, p.substitutes, p.rating, p.reviews,
           s.units::float8 as available, s.sold_out_at as "soldOutAt", p.updated_at as "updatedAt"
    from products p
    left join stock s on s.sku = p.sku
    left join lateral (${priceNow(sql, sql`p.sku`)}) n on true
    where p.sku = ${sku}`;
  return row ?? null;
}
