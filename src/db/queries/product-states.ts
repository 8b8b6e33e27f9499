import type { TransactionSql } from 'postgres';
import type { ProductState } from '../../routing/product-state.ts';
import { priceNow } from './in-force-first.ts';

/** What is known of some products now: their units over all locations, and the newest price that anybody reported. */
export async function productStates(
  tx: TransactionSql,
  skus: readonly string[],
): Promise<Map<string, ProductState>> {
  if (skus.length === 0) return new Map();
  const rows = await tx<
    { sku: string; units: number | null; priceMinor: number | null; currency: string | null }[]
  >`
    select k.sku, s.units::float8 as units, p.price_minor::float8 as "priceMinor", p.currency
    from unnest(${[...skus]}::text[]) as k (sku)
    left join stock s on s.sku = k.sku
    left join lateral (${priceNow(tx, tx`k.sku`)}) p on true`;
  return new Map(
    rows.map(({ sku, units, priceMinor, currency }) => [
      sku,
      { units, price: priceMinor === null ? null : { priceMinor, currency: currency! } },
    ]),
  );
}
