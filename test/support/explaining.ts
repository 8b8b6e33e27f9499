import type { Sql } from '../../src/db/connect.ts';

/**
 * Stands for a connection and explains in place of carrying out: nothing is found and nothing changed. Only for
 * statements that are not put together of fragments. `plans` has what PostgreSQL would do, a text for each.
 */
export function explaining(sql: Sql): { sql: Sql; plans: string[] } {
  const plans: string[] = [];
  const explain = async (strings: TemplateStringsArray, ...values: never[]) => {
    const rows = await sql<{ 'QUERY PLAN': string }[]>`explain ${sql(strings, ...values)}`;
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    return Object.assign([], { count: 0 });
  };
  return { sql: explain as unknown as Sql, plans };
}
