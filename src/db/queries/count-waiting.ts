import type { Sql } from 'postgres';

/** How many wait: entries, and customers, of whom each may wait for several products. */
export interface WaitingCounts {
  entries: number;
  customers: number;
}

/** How many wait on each of these lists; nothing for a list on which nobody does. */
export async function countWaiting(sql: Sql, lists: string[]): Promise<Map<string, WaitingCounts>> {
  const rows = await sql<(WaitingCounts & { list: string })[]>`
    select list, sum(entries)::float8 as entries, count(*)::float8 as customers
    from (select list, customer_id, count(*) as entries from waiting_entries
          where state = 'waiting' and list = any(${lists}) group by list, customer_id) of_customers
    group by list`;
  return new Map(rows.map(({ list, entries, customers }) => [list, { entries, customers }]));
}
