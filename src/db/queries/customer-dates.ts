import type { Sql } from '../connect.ts';

/** A date of a customer's on which a journey starts. */
export interface CustomerDate {
  journey: string;
  /** The date as it came; null when it cannot be read. */
  date: string | null;
  /** In which it is reckoned. */
  zone: string;
  /** The day for which the journey starts next, or started last. */
  occasion: string | null;
  /** Null: it starts no more, or not yet. */
  startsAt: Date | null;
  /** Why it does not start, or not as it was meant. */
  problem: string | null;
}

/** The dates of a customer, by the journey's name. */
export async function customerDates(sql: Sql, customerId: string): Promise<CustomerDate[]> {
  return sql<CustomerDate[]>`
    select name as journey, date, zone, occasion::text, starts_at as "startsAt", problem
    from date_starts where customer_id = ${customerId} order by name`;
}
