import type { ISql } from 'postgres';

/** The persona kept of the customer with this internal id; null: the last of the list, or there is no such customer. */
export async function customerPersona(sql: ISql, customerId: string): Promise<string | null> {
  const rows = await sql<{ persona: string | null }[]>`
    select persona from customers where id = ${customerId} and erased_at is null`;
  return rows[0]?.persona ?? null;
}
