import type { Sql, TransactionSql } from 'postgres';

/** How a segment, or the personas under `personasName`, stand in the database. */
export interface SegmentState {
  name: string;
  /** A hash of the definition whose members are kept. */
  definition: string;
  /** What else they were found by: the zone of the shop, the categories of the catalogue. */
  basis: string;
  generation: number;
  /** What is being computed; null when nothing is. */
  nextDefinition: string | null;
  nextGeneration: number | null;
  nextBeganAt: Date | null;
  nextFoundAt: Date | null;
  /** Customers taken over so far, of how many. */
  done: number;
  total: number;
  computedAt: Date | null;
}

/** Under this name, which no segment can have, it is kept by which list the personas were computed. */
export const personasName = '~personas';

/** Every segment that was ever kept. */
export async function segmentStates(sql: Sql | TransactionSql): Promise<SegmentState[]> {
  const rows = await sql<(Omit<SegmentState, 'done' | 'total'> & { done: string; total: string })[]>`
    select name, definition, basis, generation, next_definition as "nextDefinition", next_generation as "nextGeneration",
           next_began_at as "nextBeganAt", next_found_at as "nextFoundAt", done, total, computed_at as "computedAt"
    from segments order by name`;
  return rows.map((row) => ({ ...row, done: Number(row.done), total: Number(row.total) }));
}

/**
 * Begins to keep segments that nobody kept before. As long as there are no customers there is nothing to compute; else
 * they count as being computed, from generation 1 on.
 */
export async function addSegments(
  tx: TransactionSql,
  added: readonly { name: string; definition: string }[],
  at: Date,
): Promise<void> {
  await tx`
    insert into segments (name, definition, generation, next_definition, next_generation, computed_at)
    select a.name, case when anybody.there then '' else a.definition end, case when anybody.there then 0 else 1 end,
           case when anybody.there then a.definition end, case when anybody.there then 1 end,
           case when anybody.there then null else ${at}::timestamptz end
    from unnest(${added.map((a) => a.name)}::text[], ${added.map((a) => a.definition)}::text[])
           as a (name, definition),
         (select exists (select from customers) as there) anybody
    on conflict (name) do nothing`;
}

/**
 * Takes away the definitions of all segments but some: what was kept of them, and what was being computed, is of no
 * definition any more, and none of it counts as what is computed when one comes back.
 */
export async function forgetSegments(
  tx: TransactionSql,
  { but, at }: { but: readonly string[]; at: Date },
): Promise<void> {
  await tx`
    update segments set definition = '', basis = '', generation = greatest(generation, next_generation),
      computed_at = ${at}, next_definition = null, next_basis = null, next_generation = null, next_began_at = null, next_found_at = null
    where name <> all(${[...but]}::text[]) and name <> ${personasName}
      and (definition <> '' or next_definition is not null)`;
}
