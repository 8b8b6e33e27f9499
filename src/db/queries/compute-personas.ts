import type { TransactionSql } from 'postgres';
import type { Generations } from './memberships.ts';
import { personasName } from './segment-states.ts';

/** Counts the customers whose personas are to be written: for the progress that is shown. */
export async function beginPersonas(tx: TransactionSql, at: Date): Promise<void> {
  await tx`
    update segments set next_found_at = ${at}, done = 0,
      total = (select count(*) from customers where merged_into is null and erased_at is null)
    where name = ${personasName}`;
}

/**
 * Writes the personas of the next `limit` customers, in the order of their ids, by the segments they are in: the first
 * of these. Answers how many were looked at; fewer than `limit`: these were the last.
 */
export async function computePersonas(
  tx: TransactionSql,
  segments: readonly string[],
  generations: Generations,
  limit: number,
): Promise<number> {
  const [row] = await tx<{ seen: number }[]>`
    with next as materialized (
      select c.id, c.persona from customers c
      where c.id > coalesce((select next_after from segments where name = ${personasName}),
                            '00000000-0000-0000-0000-000000000000')
        and c.merged_into is null and c.erased_at is null
      order by c.id limit ${limit}
    ), theirs as (
      select s.id, s.persona as before, (
        select p.name from memberships m
        join unnest(${[...segments]}::text[], ${segments.map((name) => generations.get(name)!)}::int[])
          with ordinality as p (name, generation, place) on p.name = m.segment and p.generation = m.generation
        where m.customer_id = s.id and m.is_member order by p.place limit 1) as persona
      from next s
    ), written as (
      update customers c set persona = t.persona from theirs t
      where c.id = t.id and t.before is distinct from t.persona
    ), counted as (
      select count(*)::int as seen, (select id from next order by id desc limit 1) as last from next
    ), noted as (
      update segments set done = done + counted.seen, next_after = coalesce(counted.last, next_after)
      from counted where name = ${personasName}
    )
    select seen from counted`;
  return row!.seen;
}
