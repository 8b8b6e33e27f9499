import type { CartLine } from './cart.ts';

/**
 * A message's data with the words that may not pass through Temporal: each of its `items` that is a line of the
 * cart gets that line's title, url and image, and the identifiers that were too wordy. A line that has left the cart
 * meanwhile gets null.
 */
export function withCartWords(
  data: Readonly<Record<string, unknown>>,
  lines: readonly CartLine[],
): Record<string, unknown> {
  const items = data['items'];
  if (!Array.isArray(items)) return { ...data };
  const byName = new Map(lines.map((line) => [line.line, line]));
  return { ...data, items: items.map((item: unknown) => withWords(item, byName)) };
}

/** What is shown of a product beside its name and price. */
interface Reviewed {
  sku: string;
  productId: string | null;
  rating: number | null;
  reviews: readonly unknown[];
}

/**
 * A message's data with the rating and the reviews of each of its `items`: null and none where nobody knows of any. Of an
 * item without a sku the first product of that id counts, whatever else is among the products.
 */
export function withReviews(
  data: Readonly<Record<string, unknown>>,
  products: readonly Reviewed[],
): Record<string, unknown> {
  const items = data['items'];
  if (!Array.isArray(items)) return { ...data };
  const bySku = new Map(products.map((product) => [product.sku, product]));
  const byProduct = new Map(products.toReversed().map((product) => [product.productId, product]));
  return {
    ...data,
    items: items.map((item: unknown) => {
      if (typeof item !== 'object' || item === null) return item;
      const { sku, productId } = item as { sku?: string | null; productId?: string | null };
      const named = productId == null ? undefined : (byProduct.get(productId) ?? bySku.get(productId));
      const { rating = null, reviews = [] } = (sku == null ? undefined : bySku.get(sku)) ?? named ?? {};
      return { rating, reviews, ...item };
    }),
  };
}

function withWords(item: unknown, lines: ReadonlyMap<unknown, CartLine>): unknown {
  if (typeof item !== 'object' || item === null || !('line' in item)) return item;
  const line = lines.get(item.line);
  const words = { title: line?.title ?? null, url: line?.url ?? null, imageUrl: line?.imageUrl ?? null };
  const { sku, productId } = { sku: null, productId: null, ...item };
  return {
    ...words,
    ...item,
    sku: sku ?? line?.sku ?? null,
    productId: productId ?? line?.productId ?? null,
  };
}
