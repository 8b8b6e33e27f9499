import { bounds } from './bounds.ts';

/** What an event, or a line of one, names a product by. */
export interface NamedProduct {
  sku: string | null;
  productId: string | null;
}

/** The names of a product among an event's properties, or those of one of its `products`. */
export function namedProduct(properties: Record<string, unknown>): NamedProduct {
  return { sku: idOf(properties['sku']), productId: idOf(properties['product_id']) };
}

/**
 * Which sku is meant: the `sku`, else that of the product with this `product_id`, else `product_id` taken as the sku.
 * Null when neither was named.
 */
export function skuOf(
  { sku, productId }: NamedProduct,
  skuByProductId: ReadonlyMap<string, string>,
): string | null {
  if (sku !== null || productId === null) return sku;
  return skuByProductId.get(productId) ?? productId;
}

/** Ids are texts or numbers; blank stands for none, and what is longer than any sku that can be reported is none. */
function idOf(value: unknown): string | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string') return null;
  const id = value.trim();
  return id !== '' && id.length <= bounds.idLength ? id : null;
}
