import type { Sql, TransactionSql } from 'postgres';

/** What operators have set over the defaults in code, by scope (`shop`, `journey:<name>`). */
export async function loadSettings(
  sql: Sql | TransactionSql,
  scopes: string[],
): Promise<Map<string, Record<string, unknown>>> {
  const rows = await sql<{ scope: string; value: Record<string, unknown> }[]>`
    select scope, value from settings where scope = any(${scopes})`;
  return new Map(rows.map((row) => [row.scope, row.value]));
}
