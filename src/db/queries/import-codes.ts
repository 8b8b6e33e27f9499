import type { Sql } from 'postgres';

/** Adds codes to a pool; says how many of them are new. Those that are there already, used or not, stay as they are. */
export async function importCodes(
  sql: Sql,
  { pool, codes, at }: { pool: string; codes: readonly string[]; at: Date },
): Promise<number> {
  const added = await sql`
    insert into codes (pool, code, added_at)
    select ${pool}, code, ${at} from unnest(${[...codes]}::text[]) with ordinality as c (code, place) order by code
    on conflict do nothing`;
  return added.count;
}
