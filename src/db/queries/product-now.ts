import type { Sql } from '../connect.ts';
import type { ProductReview } from '../schema/products.ts';
import { priceNow } from './in-force-first.ts';

/** What is known of a product now, in the words in which it was put. */
export interface ProductNow {
  sku: string;
  product_id: string | null;
  /** Null where only its stock or price was reported, and the catalogue lacks it. */
  title: string | null;
  /** The newest price that any source reported, in minor units; null when there is none. */
  price: number | null;
  currency: string | null;
  category: string | null;
  url: string | null;
  image_url: string | null;
  substitutes: string[];
  rating: number | null;
  reviews: ProductReview[];
  /** On the shelf, over all sources and locations; null when none was ever reported. */
  available: number | null;
  soldOutAt: Date | null;
  /** When it was last put otherwise. */
  updatedAt: Date | null;
}

/** A product with its stock and price, as far as events have taken effect; null when nothing was ever said of it. */
export async function productNow(sql: Sql, sku: string): Promise<ProductNow | null> {
  const [row] = await sql<ProductNow[]>`
    select asked.sku, p.product_id, p.title,
           coalesce(n.price_minor, p.price_minor)::float8 as price, coalesce(n.currency, p.currency) as currency,
           p.category, p.url, p.image_url, coalesce(p.substitutes, '{}') as substitutes, p.rating,
           coalesce(p.reviews, '[]') as reviews,
           s.units::float8 as available, s.sold_out_at as "soldOutAt", p.updated_at as "updatedAt"
    from (select ${sku}::text as sku) asked
    left join products p on p.sku = asked.sku
    left join stock s on s.sku = asked.sku
    left join lateral (${priceNow(sql, sql`asked.sku`)}) n on true
    where p.sku is not null or s.sku is not null or n.price_minor is not null`;
  return row ?? null;
}
