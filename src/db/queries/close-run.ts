import type { Sql } from '../connect.ts';

/** What became of the wish to close a run: `closed` with the outcome that stands there, or what it is still owed. */
export type ClosedRun = { closed: true; outcome: string } | { closed: false; owed: number };

/**
 * Closes a run unless it is owed a dispatch beyond `heard`. One conditional update: it waits for whoever holds the
 * row and then judges by what they left, so that no event falls between this close and the next run. Repeats, and a
 * row that an ending has closed, change nothing and are told the outcome that stands. Null: there is no such run.
 */
export async function closeRun(
  sql: Sql,
  close: { runId: string; outcome: string; heard: number; at: Date },
): Promise<ClosedRun | null> {
  const closed = await sql`
    update runs set state = 'closed', outcome = ${close.outcome}, closed_at = ${close.at}
    where id = ${close.runId} and state = 'open' and last_seq <= ${close.heard}`;
  if (closed.count === 1) return { closed: true, outcome: close.outcome };
  const [run] = await sql<{ state: 'open' | 'closed'; outcome: string | null; lastSeq: number }[]>`
    select state, outcome, last_seq as "lastSeq" from runs where id = ${close.runId}`;
  if (!run) return null;
  return run.state === 'closed'
    ? { closed: true, outcome: run.outcome ?? close.outcome }
    : { closed: false, owed: run.lastSeq };
}
