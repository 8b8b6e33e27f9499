/**
 * Plans that are kept on their connections, for a statement that looks rows up by key and is made again and again: to plan
 * it anew takes longer than to run it. A plan that was made while a table was small reads the whole of it later, until
 * statistics catch up. So the statement bears the sizes of its tables in its text: when one has grown or shrunk fourfold
 * it is another statement, and planned anew.
 */
import type { Fragment, PendingQuery, Row, Sql, TransactionSql } from 'postgres';

/** How large some tables are, by powers of four. */
export type TableSizes = string;

export async function sizesOf(tx: TransactionSql, tables: readonly string[]): Promise<TableSizes> {
  const [row] = await tx<[{ sizes: string }]>`
    select string_agg(floor(ln(1 + pg_relation_size(t.name::regclass)::float8 / 8192) / ln(4::float8))::text, ' ' order by t.n) as sizes
    from unnest(${[...tables]}::text[]) with ordinality t (name, n)`;
  return row.sizes;
}

/** What a statement bears. */
export function bearing(sql: Sql | TransactionSql, sizes: TableSizes): Fragment {
  return sql.unsafe(`/* tables of ${sizes} */`);
}

/** Makes a statement whose plan is kept. All is sent in one go. */
export async function withKeptPlan<Rows extends readonly Row[]>(
  tx: TransactionSql,
  make: () => PendingQuery<Rows & Row[]>,
): Promise<Rows> {
  const mode = (name: string) => tx`select set_config('plan_cache_mode', ${name}, true)`;
  const [, rows] = await Promise.all([mode('force_generic_plan'), make(), mode('force_custom_plan')]);
  return rows;
}
