import type { ISql } from 'postgres';

/** Every table there is, by the catalog: one that is added is covered by itself. */
export async function everyTable(sql: ISql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname = 'public' order by 1`;
  return rows.map(({ name }) => name);
}

/** The tables that have a column of this name. */
export async function tablesWith(sql: ISql, column: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select c.relname as name from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attname = ${column} and not a.attisdropped
    where c.relkind in ('r', 'p') and n.nspname = 'public' order by 1`;
  return rows.map(({ name }) => name);
}

/** In which tables each of these texts stands, whatever the column and however deep, as `text: table, table`. */
export async function whereFound(sql: ISql, texts: readonly string[]): Promise<string[]> {
  const found = new Map<string, string[]>();
  for (const table of await everyTable(sql)) {
    const rows = await sql<{ row: string }[]>`select t::text as row from ${sql(table)} t`;
    const dump = rows
      .map(({ row }) => row)
      .join('\n')
      .toLowerCase();
    for (const text of texts) {
      if (dump.includes(text.toLowerCase())) found.set(text, [...(found.get(text) ?? []), table]);
    }
  }
  return [...found].map(([text, tables]) => `${text}: ${tables.join(', ')}`);
}
