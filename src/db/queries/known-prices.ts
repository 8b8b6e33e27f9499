import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';
import { countingStates } from '../../domain/delivery.ts';
import type { PriceForCustomer } from '../../domain/price-drop.ts';
import { pricesSeen } from './price-seen.ts';

type Fragment = PendingQuery<Row[]>;

/** A line in which customers are told what something costs. */
export interface PriceLine {
  list: string;
  subject: string;
}

/**
 * The last price that a line told a customer (a column of the statement around it): `told_minor`, `seen_currency`, and
 * when as `ended_at`. Who was held out counts as told, so that both arms are alike; whom no message reached does not.
 */
export const toldPrice = (
  sql: Sql | TransactionSql,
  { list, subject }: PriceLine,
  customer: Fragment,
): Fragment => sql`
  select w.told_minor, w.seen_currency, w.ended_at from waiting_entries w
  where w.customer_id = ${customer} and w.sku = ${subject} and w.list = ${list} and w.state = 'consumed'
    and w.told_minor is not null and exists (
      select from deliveries d where d.entry_id = w.id and d.state = any(${[...countingStates]}::text[]))
  order by w.ended_at desc limit 1`;

/** The last price of a product that each customer knows: as they saw it, or as the line told it after that. */
export async function knownPrices(
  tx: TransactionSql,
  asked: PriceLine & { customerIds: readonly string[]; shopCurrency: string; at: Date },
): Promise<Map<string, NonNullable<PriceForCustomer['known']>>> {
  const { customerIds, subject, shopCurrency, at } = asked;
  if (customerIds.length === 0) return new Map();
  const seen = await pricesSeen(tx, {
    ...{ customerIds, sku: subject, which: 'last', since: new Date(0), until: at, shopCurrency },
  });
  const told = await tx<{ customerId: string; minor: number; currency: string; at: Date }[]>`
    select c.id as "customerId", t.told_minor::float8 as minor, t.seen_currency as currency, t.ended_at as at
    from unnest(${[...customerIds]}::uuid[]) as c (id)
    cross join lateral (${toldPrice(tx, asked, tx`c.id`)}) t`;
  const toldTo = new Map(told.map((one) => [one.customerId, one]));
  const looks = seen.map(({ customerId, priceMinor: minor, currency, at: lookedAt }) => {
    const heard = toldTo.get(customerId);
    const isHeard = heard !== undefined && heard.at >= lookedAt;
    return [
      customerId,
      isHeard
        ? { minor: heard.minor, currency: heard.currency, by: 'told' as const }
        : { minor, currency, by: 'look' as const },
    ] as const;
  });
  return new Map(looks);
}

/** Writes down what price some entries of a line were told. */
export async function keepToldPrice(
  tx: TransactionSql,
  ids: readonly string[],
  priceMinor: number,
): Promise<void> {
  if (ids.length === 0) return;
  await tx`update waiting_entries set told_minor = ${priceMinor} where id = any(${[...ids]}::uuid[])`;
}
