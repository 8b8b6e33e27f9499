import type { Sql } from '../connect.ts';

/** How many of the newest events are looked at: where more wait, whoever reads has not long to wait for them anyhow. */
const newest = 1_000;

/** The newest event of a product that was accepted and has not taken effect yet, of the last thousand. */
export async function newestUnroutedOfProduct(sql: Sql, sku: string): Promise<string | null> {
  const [row] = await sql<{ seq: string | null }[]>`
    select max(u.seq) as seq from (select seq from unrouted order by seq desc limit ${newest}) u
    join events e on e.seq = u.seq
    where e.kind = 'universal' and e.subject = ${sku}`;
  return row?.seq ?? null;
}

/**
 * The newest event under an id of the shop's, or under any id of a customer, that was accepted and has not taken effect
 * yet; an alias counts under both its ids.
 */
export async function newestUnroutedOfCustomer(
  sql: Sql,
  { externalId, customerId }: { externalId: string | null; customerId: string | null },
): Promise<string | null> {
  const [row] = await sql<{ seq: string | null }[]>`
    with ids as (
      select kind, external_id from customer_ids where customer_id = ${customerId}
      union select kind, ${externalId}::text from unnest(array['user', 'anonymous']) as k (kind)
      where ${externalId}::text is not null)
    select max(u.seq) as seq from ids i, lateral (
      (select seq from unrouted u where i.kind = 'user' and u.user_id = i.external_id offset 0)
      union all (select seq from unrouted u where i.kind = 'anonymous' and u.anonymous_id = i.external_id offset 0)
      union all (select seq from unrouted u where u.previous_id = i.external_id offset 0)) u`;
  return row?.seq ?? null;
}

/** Whether an event waits for its effect. */
export async function isUnrouted(sql: Sql, seq: string): Promise<boolean> {
  const rows = await sql`select 1 from unrouted where seq = ${seq}`;
  return rows.length > 0;
}
