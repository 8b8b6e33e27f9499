import { bigint, doublePrecision, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** What a buyer wrote about a product. */
export interface ProductReview {
  author: string;
  rating: number;
  text: string;
}

/**
 * The catalogue: what a product is called and looks like, as last put. Its stock and its price over time are drawn from
 * universal events, those that a put makes among them.
 */
export const products = pgTable(
  'products',
  {
    sku: text('sku').primaryKey(),
    /** Variants may share one. */
    productId: text('product_id'),
    title: text('title').notNull(),
    /** In minor units of the currency, as last put. */
    priceMinor: bigint('price_minor', { mode: 'number' }).notNull(),
    currency: text('currency').notNull(),
    category: text('category'),
    url: text('url'),
    imageUrl: text('image_url'),
    /** Skus that serve as well: whoever bought one of them no longer waits for this. */
    substitutes: text('substitutes').array().notNull(),
    rating: doublePrecision('rating'),
    reviews: jsonb('reviews').$type<ProductReview[]>().notNull(),
    /** When anything of it last changed. */
    updatedAt: moment('updated_at').notNull(),
  },
  (t) => [
    index('products_product_id').on(t.productId, t.sku),
    index('products_category').on(t.category),
    index('products_substitutes').using('gin', t.substitutes),
  ],
);
