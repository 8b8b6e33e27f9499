import type { Sql } from '../connect.ts';
import { cancelHeld } from './cancel-held.ts';
import { endLines } from './end-lines.ts';
import type { Carried, FirstEvent } from '../../domain/run-input.ts';
import type { DispatchKind } from '../schema/runs.ts';

/** Something that Temporal is owed, with what is known of its run. */
export interface OwedDispatch {
  runId: string;
  seq: number;
  kind: DispatchKind;
  eventId: string | null;
  eventName: string | null;
  occurredAt: Date;
  carries: Carried;
  /** Of a watch's start: everything up to this `seq` need not be told (any more). */
  heardUpTo: number;
  run: {
    name: string;
    version: number;
    customerId: string | null;
    subject: string | null;
    key: string;
    workflowId: string;
    first: FirstEvent;
    carries: Carried;
    settings: Record<string, string | number>;
    state: 'open' | 'closed';
    outcome: string | null;
    openedAt: Date;
    wakesAt: Date | null;
    lastSeq: number;
  };
}

/** A run's columns come flat, with dates as dates; the rest of them as one object. */
type Row = Omit<OwedDispatch, 'run'> & {
  run: Omit<OwedDispatch['run'], 'openedAt' | 'wakesAt'>;
  openedAt: Date;
  wakesAt: Date | null;
};

/** What is left alone for the moment. */
export interface HeldDispatches {
  /** Ids of runs. */
  runs: readonly string[];
  /** `name/version`: their runs that are still to be started. */
  versions: readonly string[];
}

/** The oldest dispatches that have not been carried out, at most `limit`, oldest first. */
export async function owedDispatches(
  sql: Sql,
  limit: number,
  held: HeldDispatches = { runs: [], versions: [] },
): Promise<OwedDispatch[]> {
  const rows = await sql<Row[]>`
    select d.run_id as "runId", d.seq, d.kind, d.event_id as "eventId", d.event_name as "eventName",
           d.occurred_at as "occurredAt", d.carries, ${heardUpTo(sql)} as "heardUpTo",
           jsonb_build_object(
             'name', r.name, 'version', r.version, 'customerId', r.customer_id, 'subject', r.subject, 'key', r.key,
             'workflowId', r.workflow_id, 'first', r.first, 'carries', r.carries, 'settings', r.settings,
             'state', r.state, 'outcome', r.outcome, 'lastSeq', r.last_seq) as run,
           r.opened_at as "openedAt", r.wakes_at as "wakesAt"
    from (select o.* from dispatches o where o.done_at is null and not o.held ${beside(sql, held)}
          order by o.place limit ${limit}) d
    join runs r on r.id = d.run_id
    order by d.place`;
  return rows.map(({ openedAt, wakesAt, ...row }) => ({ ...row, run: { ...row.run, openedAt, wakesAt } }));
}

/** Of a start: the `seq` before the first that is still to be told, or the last of all. Meant for watches. */
function heardUpTo(sql: Sql) {
  return sql`
    case when d.seq = 0 and r.subject is not null then coalesce(
      (select min(o.seq) - 1 from dispatches o where o.run_id = d.run_id and o.seq > 0 and o.done_at is null),
      r.last_seq) else 0 end`;
}

/** A run goes on in order: what comes after a start that is held is held as well. */
function beside(sql: Sql, { runs, versions }: HeldDispatches) {
  const notRuns = runs.length === 0 ? sql`` : sql`and o.run_id <> all(${[...runs]}::uuid[])`;
  if (versions.length === 0) return notRuns;
  return sql`${notRuns} and not exists (
    select from runs h join dispatches s on s.run_id = h.id and s.seq = 0 and s.done_at is null
    where h.id = o.run_id and h.state = 'open' and h.name || '/' || h.version = any(${[...versions]}::text[]))`;
}

/** Records what has been carried out. */
export async function markDispatched(
  sql: Sql,
  done: readonly { runId: string; seq: number }[],
  at: Date,
): Promise<void> {
  if (done.length === 0) return;
  await sql`
    update dispatches set done_at = ${at}
    from unnest(${done.map((d) => d.runId)}::uuid[], ${done.map((d) => d.seq)}::int[]) as x (run_id, seq)
    where dispatches.run_id = x.run_id and dispatches.seq = x.seq`;
}

/** Closes a run that Temporal will not take, with what it held and the line of those gathered for it, so that it is seen and holds nobody up. */
export async function closeAsFailed(sql: Sql, runId: string, at: Date): Promise<void> {
  await sql`
    with closed as (
      update runs set state = 'closed', outcome = 'failed', closed_at = ${at}
      where id = ${runId} and state = 'open'
      returning id, name, subject, outcome, closed_at
    ), cancelled as (${cancelHeld(sql, sql`closed`)}), ended as (${endLines(sql, sql`closed`)})
    select from closed`;
}
