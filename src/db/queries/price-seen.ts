import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';
import { currencyFrom, toMinor } from '../../domain/money.ts';
import { priceInForce } from './prices-at.ts';
import { isLook } from './sku-looks.ts';

export interface PriceSeenQuestion {
  customerIds: readonly string[];
  sku: string;
  /** Of several looks, which counts. */
  which: 'first' | 'last';
  /** Looks from before do not count. */
  since: Date;
  /** Looks from after do not count. */
  until: Date;
  /** Of prices that came without one. */
  shopCurrency: string;
}

/** What a customer saw a product cost. */
export interface PriceSeen {
  customerId: string;
  /** When they looked. */
  at: Date;
  priceMinor: number;
  currency: string;
  /** Whether their event said so, or it was the price in force when they looked. */
  by: 'event' | 'history';
}

interface SeenRow {
  customerId: string;
  at: Date;
  said: string | null;
  saidCurrency: string | null;
  priceMinor: number | null;
  currency: string | null;
}

/**
 * The price of a product that each customer saw at their first or last look at it, of the looks whose price is known:
 * as their event said it, else the one in force then. Customers who never looked, or of whose looks no price is known,
 * are left out. A look names the product by its sku, or by a product id that stands for it.
 */
export async function pricesSeen(
  sql: Sql | TransactionSql,
  { customerIds, sku, which, since, until, shopCurrency }: PriceSeenQuestion,
): Promise<PriceSeen[]> {
  if (customerIds.length === 0) return [];
  const order = which === 'first' ? sql`asc` : sql`desc`;
  const inForce = priceInForce(sql, { sku: sql`${sku}::text`, at: sql`l.occurred_at` });
  const rows = await sql<SeenRow[]>`
    select w.id as "customerId", l.occurred_at as at, l.properties ->> 'price' as said,
      l.properties ->> 'currency' as "saidCurrency", l.price_minor::float8 as "priceMinor", l.currency
    from unnest(${[...customerIds]}::uuid[]) as w (id)
    cross join lateral (
      select l.occurred_at, l.properties, f.price_minor, f.currency from customer_events l
      left join lateral (${inForce}) f on true
      where l.customer_id = w.id and ${isLook(sql)}
        and l.occurred_at between ${since} and ${until} and ${namesSku(sql, sku)}
        and (${isAmount(sql)} or f.price_minor is not null)
      order by l.occurred_at ${order}, l.seq ${order} limit 1) l`;
  return rows.flatMap((row) => seen(row, shopCurrency) ?? []);
}

/** Whether an event `l` names this sku: by `sku`, else by a `product_id` of which it is the first, or that nobody has. */
export function namesSku(sql: Sql | TransactionSql, sku: string): PendingQuery<Row[]> {
  return sql`
    case when coalesce(btrim(l.properties ->> 'sku'), '') <> '' then btrim(l.properties ->> 'sku') = ${sku}
      else coalesce((select min(q.sku) from products q where q.product_id = btrim(l.properties ->> 'product_id')),
        btrim(l.properties ->> 'product_id')) = ${sku} end`;
}

/** Whether the price of an event `l` is what `toMinor` takes for an amount. */
export const isAmount = (sql: Sql | TransactionSql): PendingQuery<Row[]> =>
  sql`(jsonb_typeof(l.properties -> 'price') = 'number' or l.properties ->> 'price' ~ '^\\s*\\d{1,15}(\\.\\d{1,15})?\\s*$')`;

function seen(row: SeenRow, shopCurrency: string): PriceSeen | null {
  const { customerId, at, priceMinor, currency } = row;
  const saidCurrency = currencyFrom(row.saidCurrency, shopCurrency);
  const said = row.said === null ? null : toMinor(row.said, saidCurrency);
  if (said !== null && said >= 0)
    return { customerId, at, priceMinor: said, currency: saidCurrency, by: 'event' };
  if (priceMinor === null || currency === null) return null;
  return { customerId, at, priceMinor, currency, by: 'history' };
}
