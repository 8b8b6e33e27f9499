import type { ISql } from 'postgres';

/** How many customers have each persona, by its name; under null those of the last. */
export async function countPersonas(sql: ISql): Promise<Map<string | null, number>> {
  const rows = await sql<{ persona: string | null; customers: string }[]>`
    select persona, count(*) as customers from customers
    where merged_into is null and erased_at is null
    group by persona`;
  return new Map(rows.map(({ persona, customers }) => [persona, Number(customers)]));
}
