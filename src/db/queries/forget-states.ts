import type { Sql } from '../connect.ts';
import { bounds } from '../../domain/bounds.ts';

/**
 * Forgets what was said of days that have been over for `bounds.pastStateDays`, and of any state that nobody has reported
 * for `bounds.stateDays`; says how many reports. @param dated The types of events that report on a day.
 */
export async function deleteOldStates(
  sql: Sql,
  now: Date,
  { dated }: { dated: readonly string[] },
): Promise<number> {
  const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString();
  const gone = await sql`
    delete from world_states
    where at < ${daysAgo(bounds.stateDays)}::text::timestamptz
      or (type = any(${[...dated]}::text[]) and place < ${daysAgo(bounds.pastStateDays).slice(0, 10)}
        and place ~ '^\\d{4}-\\d{2}-\\d{2}$')`;
  return gone.count;
}
