import type { ISql } from 'postgres';

/** PostgreSQL's plan of a query given as text, line by line; `analyze` runs it and says what it took. */
export async function explainQuery(
  sql: ISql,
  text: string,
  { analyze }: { analyze: boolean },
): Promise<string[]> {
  const options = analyze ? '(analyze, buffers)' : '';
  const rows = await sql.unsafe<{ 'QUERY PLAN': string }[]>(`explain ${options} ${text}`);
  return rows.map((row) => row['QUERY PLAN']);
}
