import type { Sql, TransactionSql } from 'postgres';
import { inForceFirst } from './in-force-first.ts';

/** A report on a state, as it counts now. */
export interface StateNow {
  place: string;
  data: Record<string, unknown>;
  at: Date;
}

/** What counts now of what all sources say of the states of a subject, by place. */
export async function statesNow(
  sql: Sql | TransactionSql,
  { type, subject }: { type: string; subject: string },
): Promise<StateNow[]> {
  return sql<StateNow[]>`
    select distinct on (place) place, data, at from world_states where type = ${type} and subject = ${subject}
    order by place, ${inForceFirst(sql)}`;
}

/** A universal event as it came; null when it is kept no longer. */
export async function universalEventById(
  sql: Sql | TransactionSql,
  id: string,
): Promise<{ at: Date; data: Record<string, unknown> } | null> {
  const [row] = await sql<{ at: Date; data: Record<string, unknown> }[]>`
    select occurred_at as at, coalesce(body -> 'properties', '{}') as data from events where id = ${id}`;
  return row ?? null;
}
