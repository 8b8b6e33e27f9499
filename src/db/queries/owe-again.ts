import { toldKept } from '../../domain/watch-input.ts';
import type { Sql } from '../connect.ts';

/**
 * Owes Temporal the start of open runs once more, and all that they were told; says how many runs. A run that is
 * owed something already, or that somebody else has locked, is left for the next look. A watch is told its newest
 * crossing of each name, and what came between them: it counts anew before it does anything, so that no older one
 * matters, and it may have had more of them than a workflow takes. Of other events it is told each for which it has
 * not gathered: one that stands for itself is replaced by none that is newer.
 *
 * The row is locked before the look at its dispatches: routing locks it to add one. Without that, a new event could
 * be told to nobody, between this look and the new start, count as done, and be missing for ever.
 */
export async function oweStartAgain(sql: Sql, runIds: readonly string[]): Promise<number> {
  if (runIds.length === 0) return 0;
  return sql.begin(async (tx) => {
    const locked = await tx<{ id: string }[]>`
      select id from runs where id = any(${[...runIds]}::uuid[]) and state = 'open' for update skip locked`;
    const owed = await tx<{ runId: string }[]>`
      with newest as (
        select d.run_id, max(d.seq) as seq from dispatches d join runs r on r.id = d.run_id
        where d.run_id = any(${locked.map(({ id }) => id)}::uuid[]) and r.subject is not null and d.seq > 0
        group by d.run_id, d.event_name
        union all
        select d.run_id, d.seq from dispatches d join runs r on r.id = d.run_id join events e on e.id = d.event_id
        where d.run_id = any(${locked.map(({ id }) => id)}::uuid[]) and r.subject is not null and d.seq > 0
          and e.name not in ('stock.changed', 'price.changed')
          and not exists (select from gatherings g where g.run_id = d.run_id and g.seq = d.seq)
      ), first as (
        select run_id, greatest(min(seq), max(seq) - ${toldKept - 1}) as seq from newest group by run_id
      )
      update dispatches d set done_at = null
      where d.run_id = any(${locked.map(({ id }) => id)}::uuid[])
        and not exists (select from dispatches o where o.run_id = d.run_id and o.done_at is null)
        and not exists (select from first f where f.run_id = d.run_id and d.seq > 0 and d.seq < f.seq)
      returning d.run_id as "runId"`;
    return new Set(owed.map(({ runId }) => runId)).size;
  });
}

/** Owes closed runs the news of their end once more; says how many. */
export async function oweEndAgain(sql: Sql, runIds: readonly string[]): Promise<number> {
  if (runIds.length === 0) return 0;
  const owed = await sql`
    update dispatches set done_at = null where run_id = any(${[...runIds]}::uuid[]) and kind = 'end'`;
  return owed.count;
}
