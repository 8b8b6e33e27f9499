import type { Fragment, Sql, TransactionSql } from 'postgres';

/**
 * Whether any browser of a customer's is on the shop's pages at a time, for use within a statement. By the ids that the
 * customer has now: a visitor who has become known takes the stream along, and whom a device was handed to has it.
 * `offset 0` keeps it at one look for each id.
 */
export function isOnSite(sql: Sql | TransactionSql, customerId: Fragment, at: Date): Fragment {
  return sql`exists (
    select from customer_ids i, lateral (
      select from onsite_streams s where s.anonymous_id = i.external_id and s.there_until > ${at} offset 0) s
    where i.customer_id = ${customerId} and i.kind = 'anonymous')`;
}

/** Whether any of some customers is on the shop's pages at a time. */
export async function anybodyOnSite(
  sql: Sql | TransactionSql,
  customerIds: readonly string[],
  at: Date,
): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`
    select exists (
      select from unnest(${[...customerIds]}::uuid[]) as c (id) where ${isOnSite(sql, sql`c.id`, at)}) as found`;
  return row!.found;
}
