import type { Sql } from 'postgres';

/** How many runs there are of a name. */
export interface RunCounts {
  open: number;
  closed: number;
}

/** How many runs of each of these names are open and closed; nothing for a name without runs. */
export async function countRuns(sql: Sql, names: string[]): Promise<Map<string, RunCounts>> {
  const rows = await sql<(RunCounts & { name: string })[]>`
    select name, (count(*) filter (where state = 'open'))::float8 as open,
      (count(*) filter (where state = 'closed'))::float8 as closed
    from runs where name = any(${names}) group by name`;
  return new Map(rows.map(({ name, open, closed }) => [name, { open, closed }]));
}
