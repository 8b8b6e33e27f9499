import { bigint, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

/** What a recommendation is drawn from: the sku that is looked at or bought, or its category. */
export const recommendationBases = ['bought-together', 'most-seen'] as const;
export type RecommendationBase = (typeof recommendationBases)[number];

/** What goes with a sku, and what is looked at most in a category: reckoned anew every hour. */
export const recommendations = pgTable(
  'recommendations',
  {
    basis: text('basis').$type<RecommendationBase>().notNull(),
    /** The sku that it was bought together with, or the category. */
    beside: text('beside').notNull(),
    sku: text('sku').notNull(),
    /** In how many orders, or by how many customers. */
    count: bigint('count', { mode: 'number' }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.basis, t.beside, t.sku] }),
    index('recommendations_best').on(t.basis, t.beside, t.count),
  ],
);
