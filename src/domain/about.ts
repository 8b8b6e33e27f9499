/**
 * What has to hold of the products that a message is about. `in-cart`: of its items, that they are still in the run's
 * cart.
 */
export const productConditions = ['in-stock', 'not-bought', 'not-delivered', 'in-cart'] as const;
export type ProductCondition = (typeof productConditions)[number];

/** What a message is about: a product, a category of the catalogue, a topic, or the products among its data's `items`. */
export type About =
  'items' | { readonly sku: string } | { readonly category: string } | { readonly topic: string };
