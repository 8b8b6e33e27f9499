import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';
import type { Predicate } from '../../define/predicate-data.ts';
import { evaluation } from './evaluate-predicate.ts';
import { personasName } from './segment-states.ts';

/** Memory for each sort and each hash of the statement that looks at everybody. */
const memory = '64MB';

/** Begins to compute a definition as the next generation; what an attempt before it found is not used. */
export async function claimSegment(
  tx: TransactionSql,
  { name, definition, basis = '', at }: { name: string; definition: string; basis?: string; at: Date },
): Promise<number> {
  const [row] = await tx<{ generation: number }[]>`
    insert into segments (name, definition, generation, next_definition, next_basis, next_generation, next_began_at)
    values (${name}, '', 0, ${definition}, ${basis}, 1, ${at})
    on conflict (name) do update set
      next_basis = excluded.next_basis, next_definition = excluded.next_definition, next_began_at = excluded.next_began_at, next_found_at = null,
      next_generation = greatest(segments.generation, coalesce(segments.next_generation, 0)) + 1,
      next_after = null, done = 0, total = 0
    returning next_generation as generation`;
  return row!.generation;
}

/** Finds, in one statement and so at one moment, who is in a segment and who may come into it or leave it by time alone. */
export async function computeSegment(
  sql: Sql,
  { name, where, generation, now }: { name: string; where: Predicate; generation: number; now: Date },
  stop: AbortSignal,
): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`delete from computed_memberships where segment = ${name}`;
    await tx.unsafe(`set local work_mem = '${memory}'`);
    const found = await stoppable(
      tx`insert into computed_memberships (segment, generation, customer_id, is_member, next_at)
         select ${name}, ${generation}::int, e.customer_id, e.holds, e.next_at
         from (${evaluation(tx, where, { who: 'everybody', now })}) e`,
      stop,
    );
    await tx`
      update segments set next_found_at = ${now}, total = ${found.count}, done = 0
      where name = ${name} and next_generation = ${generation}`;
  });
}

async function stoppable<T extends readonly (Row | undefined)[]>(
  query: PendingQuery<T & Row[]>,
  stop: AbortSignal,
) {
  const cancel = () => query.cancel();
  stop.addEventListener('abort', cancel);
  try {
    return await query;
  } finally {
    stop.removeEventListener('abort', cancel);
  }
}

/** A segment whose results are being taken over. */
export interface FoundSegment {
  name: string;
  generation: number;
  foundAt: Date;
}

/** The segments of which everybody was looked at, and whose results are not yet taken over. */
export async function foundSegments(tx: TransactionSql): Promise<FoundSegment[]> {
  return tx<FoundSegment[]>`
    select name, next_generation as generation, next_found_at as "foundAt" from segments
    where next_found_at is not null and name <> ${personasName} order by name`;
}

/**
 * Takes over up to `limit` results of a segment, but for customers who were looked at since. Answers how many were
 * taken; fewer than `limit`: these were the last.
 */
export async function takeOverFound(
  tx: TransactionSql,
  { name, generation, foundAt }: FoundSegment,
  limit: number,
): Promise<number> {
  const [row] = await tx<{ taken: number }[]>`
    with taken as (
      delete from computed_memberships where ctid = any(array(
        select ctid from computed_memberships where segment = ${name} and generation = ${generation} limit ${limit}))
      returning customer_id, is_member, next_at
    ), kept as (
      insert into memberships (segment, generation, customer_id, is_member, since, next_at)
      select ${name}, ${generation}::int, t.customer_id, t.is_member, ${foundAt}, t.next_at
      from taken t join customers c on c.id = t.customer_id and c.merged_into is null and c.erased_at is null
      on conflict do nothing
    ), counted as (
      select count(*)::int as taken from taken
    ), noted as (
      update segments set done = done + counted.taken from counted where name = ${name}
    )
    select taken from counted`;
  return row!.taken;
}

/** Lets the next generation of a segment, or of the personas, be the one that counts. */
export async function switchSegment(tx: TransactionSql, name: string, at: Date): Promise<void> {
  await tx`
    update segments set definition = next_definition, basis = coalesce(next_basis, ''), generation = next_generation,
      computed_at = ${at}, next_basis = null, next_definition = null, next_generation = null, next_began_at = null, next_found_at = null, next_after = null
    where name = ${name}`;
}

/**
 * Deletes up to `limit` memberships of generations that count no more, of a segment that nobody declares all, and what
 * was found for one and will not be taken over. Answers how many.
 */
export async function sweepMemberships(sql: Sql, limit: number): Promise<number> {
  const swept = await Promise.all([
    ...[sql`m.is_member`, sql`not m.is_member and m.next_at is not null`].map(
      (which) => sql`
        delete from memberships where ctid = any(array(
          select m.ctid from segments s join memberships m
            on m.segment = s.name and m.generation < s.generation + (s.definition = '')::int
          where ${which} limit ${limit}))`,
    ),
    sql`
      delete from computed_memberships where ctid = any(array(
        select c.ctid from segments s join computed_memberships c on c.segment = s.name
        where s.next_definition is null limit ${limit}))`,
  ]);
  return swept.reduce((sum, { count }) => sum + count, 0);
}
