import type { Sql } from '../connect.ts';
import { cancelHeld } from './cancel-held.ts';

/**
 * Closes open runs with what Temporal says has become of them, and cancels what they held; says how many. One that somebody else has locked is
 * left for the next look: waiting for several rows could end in a deadlock with routing.
 */
export async function closeFoundRuns(
  sql: Sql,
  found: readonly { runId: string; outcome: string }[],
  at: Date,
): Promise<number> {
  if (found.length === 0) return 0;
  const closed = await sql`
    with locked as (
      select id from runs where id = any(${found.map((f) => f.runId)}::uuid[]) and state = 'open'
      for update skip locked
    ), closed as (
      update runs set state = 'closed', outcome = f.outcome, closed_at = ${at}
      from locked, unnest(${found.map((f) => f.runId)}::uuid[], ${found.map((f) => f.outcome)}::text[])
        as f (run_id, outcome)
      where runs.id = locked.id and f.run_id = locked.id
      returning runs.id, runs.outcome, runs.closed_at
    ), cancelled as (${cancelHeld(sql, sql`closed`)})
    select from closed`;
  return closed.count;
}
