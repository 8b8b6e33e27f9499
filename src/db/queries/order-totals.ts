import type { ISql } from 'postgres';
import { minorDigits } from '../../domain/money.ts';
import type { OrderTotals } from '../../domain/rfm.ts';

/** What a customer's orders come to, those in other currencies counted and not added. */
export async function orderTotals(sql: ISql, customerId: string, currency: string): Promise<OrderTotals> {
  const [row] = await sql<{ orders: string; lastAt: Date | null; spentMinor: string }[]>`
    select count(*) as orders, max(ordered_at) as "lastAt",
      coalesce(sum(value_minor - refunded_minor) filter (where currency = ${currency}), 0) as "spentMinor"
    from orders
    where customer_id = ${customerId} and cancelled_at is null and reported_at > 'epoch'`;
  const { orders, lastAt, spentMinor } = row!;
  return { orders: Number(orders), lastAt, spent: Number(spentMinor) / 10 ** minorDigits(currency) };
}
