import { bounds } from '../../domain/bounds.ts';
import { countedLevels, type StockLevel } from '../../domain/shelf.ts';
import type { Sql } from '../connect.ts';
import { lastPrices, type PriceThen } from './prices-at.ts';
import { priceNow } from './in-force-first.ts';

/** Another product of the same `product_id`, as it is now. */
export interface ProductVariant {
  sku: string;
  title: string;
  /** In minor units. */
  price: number;
  currency: string;
  /** On the shelf, over all locations; null when none was ever reported. */
  available: number | null;
}

/** What is known beside a product: its variants, where it lies, and what it cost. */
export interface ProductAround {
  variants: ProductVariant[];
  /** Those reports that its units are the sum of, by location; null where none was named. */
  stock: { location: string | null; available: number; at: Date; source: string }[];
  /** The newest first. */
  prices: { price: number; currency: string; since: Date; source: string }[];
}

export async function productAround(
  sql: Sql,
  { sku, productId }: { sku: string; productId: string | null },
): Promise<ProductAround> {
  const [variants, levels, prices] = await Promise.all([
    productId === null ? [] : variantsOf(sql, sku, productId),
    levelsOf(sql, sku),
    lastPrices(sql, sku, bounds.productPrices),
  ]);
  const counted = levels.length === 0 ? [] : countedLevels(levels);
  return {
    variants,
    stock: counted.slice(0, bounds.productLocations).map(placeOf),
    prices: prices.map(priceOf),
  };
}

async function variantsOf(sql: Sql, sku: string, productId: string): Promise<ProductVariant[]> {
  return sql<ProductVariant[]>`
    select p.sku, p.title, coalesce(n.price_minor, p.price_minor)::float8 as price,
           coalesce(n.currency, p.currency) as currency, s.units::float8 as available
    from products p left join stock s on s.sku = p.sku left join lateral (${priceNow(sql, sql`p.sku`)}) n on true
    where p.product_id = ${productId} and p.sku <> ${sku} order by p.sku limit ${bounds.productVariants}`;
}

async function levelsOf(sql: Sql, sku: string): Promise<StockLevel[]> {
  const rows = await sql<(Omit<StockLevel, 'at'> & { at: Date })[]>`
    select source, location, available::float8 as available, at, seq::float8 as seq
    from stock_levels where sku = ${sku} order by location, source`;
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

const placeOf = ({ location, available, at, source }: StockLevel) => ({
  ...{ location: location === '' ? null : location, available, at: new Date(at), source },
});

const priceOf = ({ priceMinor, currency, at, source }: Omit<PriceThen, 'sku'>) => ({
  ...{ price: priceMinor, currency, since: at, source },
});
