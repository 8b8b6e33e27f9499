import type { ISql } from 'postgres';

/** Since when a customer is kept as a member of a segment; null: they are not. */
export async function memberSince(sql: ISql, segment: string, customerId: string): Promise<Date | null> {
  const rows = await sql<{ since: Date }[]>`
    select m.since from segments s
    join memberships m on m.segment = s.name and m.generation = s.generation and m.is_member
    where s.name = ${segment} and m.customer_id = ${customerId}`;
  return rows[0]?.since ?? null;
}
