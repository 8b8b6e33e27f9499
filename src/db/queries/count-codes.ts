import type { Sql } from 'postgres';

/** A pool of coupon codes. */
export interface CodePool {
  pool: string;
  codes: number;
  /** Those that went out with no delivery yet. */
  left: number;
}

/** Every pool that has codes, by name. */
export async function countCodes(sql: Sql): Promise<CodePool[]> {
  return sql<CodePool[]>`
    select pool, count(*)::int as codes, (count(*) filter (where delivery_id is null))::int as left
    from codes group by pool order by pool`;
}
