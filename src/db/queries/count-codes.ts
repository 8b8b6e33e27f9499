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

/** How many codes of some pools are left, counted up to `most`; 0 of a pool that there is not. */
export async function codesLeft(
  sql: Sql,
  pools: readonly string[],
  most: number,
): Promise<Pick<CodePool, 'pool' | 'left'>[]> {
  return sql<Pick<CodePool, 'pool' | 'left'>[]>`
    select pool, (select count(*)::int from (
      select from codes c where c.pool = p.pool and delivery_id is null limit ${most}) free) as left
    from unnest(${[...pools]}::text[]) as p (pool)`;
}
