import type { Sql } from '../connect.ts';

/** Where the counts stop, and when PostgreSQL gives them up: a scrape stays cheap when a queue is long. */
export interface CountBounds {
  countedItems: number;
  countMs: number;
}

export interface QueueDepths {
  unrouted: number;
  owed: number;
  forgetting: number;
}

/**
 * How many events are not yet routed, dispatches not yet carried out, and customers erased of whom something is left: at
 * most `countedItems` each.
 * @throws what PostgreSQL says when it takes longer than `countMs`.
 */
export async function queueDepths(sql: Sql, { countedItems, countMs }: CountBounds): Promise<QueueDepths> {
  return sql.begin(async (tx) => {
    await tx`select set_config('statement_timeout', ${String(countMs)}, true)`;
    const rows = await tx<QueueDepths[]>`
      select (select count(*)::int from (select 1 from unrouted limit ${countedItems}) u) as unrouted,
             (select count(*)::int from (
                select 1 from dispatches where done_at is null and not held limit ${countedItems}) d) as owed,
             (select count(*)::int from (
                select 1 from customers where erased_at is not null and forgotten_at is null
                limit ${countedItems}) c) as forgetting`;
    return rows[0]!;
  });
}
