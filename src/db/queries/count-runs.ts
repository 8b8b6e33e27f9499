import type { Sql } from 'postgres';

/** How many runs there are of a name. */
export interface RunCounts {
  open: number;
  /** Of the open ones those whose customer nobody can reach yet: they have no workflow. */
  held: number;
  closed: number;
}

/** How many runs of each of these names are open, held and closed; nothing for a name without runs. */
export async function countRuns(sql: Sql, names: string[]): Promise<Map<string, RunCounts>> {
  const rows = await sql<(RunCounts & { name: string })[]>`
    select name, (count(*) filter (where state = 'open'))::float8 as open,
      (count(*) filter (where state = 'open' and held_until is not null))::float8 as held,
      (count(*) filter (where state = 'closed'))::float8 as closed
    from runs where name = any(${names}) group by name`;
  return new Map(rows.map(({ name, ...counts }) => [name, counts]));
}
