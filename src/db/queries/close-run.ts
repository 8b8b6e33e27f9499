import type { Sql, TransactionSql } from 'postgres';
import { cancelHeld } from './cancel-held.ts';
import { endLines } from './end-lines.ts';

/** What became of the wish to close a run: `closed` with the outcome that stands there, or what it is still owed. */
export type ClosedRun = { closed: true; outcome: string } | { closed: false; owed: number };

/**
 * Closes a run unless it is owed a dispatch beyond `heard`, cancels what it held, and ends the line of those gathered for it. One conditional update: it waits for whoever holds the
 * row and then judges by what they left, so that no event falls between this close and the next run. Repeats, and a
 * row that an ending has closed, change nothing and are told the outcome that stands. Null: there is no such run.
 *
 * What the run has not heard although it was told (it was reset, or Temporal was put back to an older state) is owed
 * once more: the run waits for it.
 */
export async function closeRun(
  sql: Sql | TransactionSql,
  close: { runId: string; outcome: string; heard: number; at: Date },
): Promise<ClosedRun | null> {
  const closed = await sql`
    with closed as (
      update runs set state = 'closed', outcome = ${close.outcome}, closed_at = ${close.at}
      where id = ${close.runId} and state = 'open' and last_seq <= ${close.heard}
      returning id, name, subject, outcome, closed_at
    ), cancelled as (${cancelHeld(sql, sql`closed`)}), ended as (${endLines(sql, sql`closed`)})
    select from closed`;
  if (closed.count === 1) return { closed: true, outcome: close.outcome };
  const [run] = await sql<{ state: 'open' | 'closed'; outcome: string | null; lastSeq: number }[]>`
    select state, outcome, last_seq as "lastSeq" from runs where id = ${close.runId}`;
  if (!run) return null;
  if (run.state === 'closed') return { closed: true, outcome: run.outcome ?? close.outcome };
  await sql`
    update dispatches set done_at = null
    where run_id = ${close.runId} and seq > ${close.heard} and done_at is not null`;
  return { closed: false, owed: run.lastSeq };
}
