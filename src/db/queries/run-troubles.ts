import type { Sql } from '../connect.ts';
import type { CountBounds } from './queue-depths.ts';

/** How the runs of one name are. */
export interface RunTrouble {
  name: string;
  /** Open although they should have ended by now. */
  stuck: number;
  /** Closed as `failed` of late. */
  failed: number;
}

/**
 * How many runs of each name are open that were opened before a time of that name, and how many have failed since a
 * time: at most `countedItems` each.
 * @throws what PostgreSQL says when it takes longer than `countMs`.
 */
export async function runTroubles(
  sql: Sql,
  asked: { openedBefore: ReadonlyMap<string, Date>; failedSince: Date } & CountBounds,
): Promise<RunTrouble[]> {
  const { openedBefore, failedSince, countedItems, countMs } = asked;
  return sql.begin(async (tx) => {
    await tx`select set_config('statement_timeout', ${String(countMs)}, true)`;
    return tx<RunTrouble[]>`
      select j.name,
        (select count(*)::int from (
          select 1 from runs r where r.name = j.name and r.state = 'open' and r.opened_at < j.opened_before
          limit ${countedItems}) s) as stuck,
        (select count(*)::int from (
          select 1 from runs r
          where r.name = j.name and r.state = 'closed' and r.outcome = 'failed' and r.closed_at > ${failedSince}
          limit ${countedItems}) f) as failed
      from unnest(${[...openedBefore.keys()]}::text[],
        ${[...openedBefore.values()].map((at) => at.toISOString())}::timestamptz[]) as j (name, opened_before)`;
  });
}
