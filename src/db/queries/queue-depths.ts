import type { Sql } from '../connect.ts';

/** Where the count stops: a scrape must stay cheap when a queue is long. */
export const countedUpTo = 10_000;

/** How many events are not yet routed, and how many dispatches not yet carried out: at most `countedUpTo` each. */
export async function queueDepths(sql: Sql): Promise<{ unrouted: number; owed: number }> {
  const rows = await sql<{ unrouted: number; owed: number }[]>`
    select (select count(*)::int from (select 1 from unrouted limit ${countedUpTo}) u) as unrouted,
           (select count(*)::int from (select 1 from dispatches where done_at is null limit ${countedUpTo}) d) as owed`;
  return rows[0]!;
}
