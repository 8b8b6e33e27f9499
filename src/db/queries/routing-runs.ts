import type { TransactionSql } from 'postgres';
import type { Carried, FirstEvent } from '../../domain/run-input.ts';
import type { DispatchKind } from '../schema/runs.ts';
import { tripleOf } from '../../domain/run-triple.ts';
import { cancelHeld } from './cancel-held.ts';
import type { Ending, OpenRun, PastRuns } from '../../routing/run-book.ts';

/**
 * The open runs of some customers, locked: a run that is about to close itself waits for the routing transaction and
 * then sees what it is owed.
 */
export async function lockOpenRuns(tx: TransactionSql, customerIds: string[]): Promise<OpenRun[]> {
  const rows = await tx<Record<string, unknown>[]>`
    select id, name, customer_id, key, (first ->> 'at')::float8 as first_at, last_activity_at, last_seq, held_until
    from runs where customer_id = any(${customerIds}::uuid[]) and state = 'open'
    order by id for update`;
  return rows.map((row) => ({
    id: row['id'] as string,
    name: row['name'] as string,
    customerId: row['customer_id'] as string,
    key: row['key'] as string,
    firstAt: row['first_at'] as number,
    lastActivityAt: (row['last_activity_at'] as Date).getTime(),
    lastSeq: row['last_seq'] as number,
    heldUntil: (row['held_until'] as Date | null)?.getTime() ?? null,
    isNew: false,
    closed: null,
    changed: false,
  }));
}

/** What is known of earlier runs of some customers, by name, customer and key. */
export async function loadPastRuns(
  tx: TransactionSql,
  customerIds: string[],
  names: string[],
): Promise<Map<string, PastRuns>> {
  const rows = await tx<
    {
      name: string;
      customer_id: string;
      key: string;
      last_n: number;
      last_closed_at: Date | null;
      is_counted: boolean;
    }[]
  >`select name, customer_id, key, max(n) as last_n, bool_or(not ${neverBegan(tx)}) as is_counted,
      max(closed_at) filter (where not ${neverBegan(tx)}) as last_closed_at
    from runs where customer_id = any(${customerIds}::uuid[]) and name = any(${names})
    group by name, customer_id, key`;
  return new Map(
    rows.map((row) => [
      tripleOf({ name: row.name, customerId: row.customer_id, key: row.key }),
      {
        lastN: row.last_n,
        lastClosedAt: row.last_closed_at?.getTime() ?? null,
        isCounted: row.is_counted,
      },
    ]),
  );
}

/**
 * It is held, or was until it expired; or its date was moved, and moved back. One that ended otherwise while it was held
 * has had its end.
 */
function neverBegan(tx: TransactionSql) {
  return tx`(outcome is not distinct from 'moved'
             or held_until is not null and (state = 'open' or outcome is not distinct from 'expired'))`;
}

export async function loadEndings(
  tx: TransactionSql,
  customerIds: string[],
  names: string[],
): Promise<Ending[]> {
  const rows = await tx<
    { name: string; customer_id: string; key: string | null; outcome: string; at: Date }[]
  >`select name, customer_id, key, outcome, at from endings
    where customer_id = any(${customerIds}::uuid[]) and name = any(${names})`;
  return rows.map((row) => ({
    name: row.name,
    customerId: row.customer_id,
    key: row.key,
    outcome: row.outcome,
    at: row.at.getTime(),
  }));
}

export async function saveEndings(tx: TransactionSql, endings: readonly Ending[]): Promise<void> {
  if (endings.length === 0) return;
  await tx`
    insert into endings (name, customer_id, key, outcome, at)
    select * from unnest(${endings.map((e) => e.name)}::text[], ${endings.map((e) => e.customerId)}::uuid[],
      ${endings.map((e) => e.key)}::text[], ${endings.map((e) => e.outcome)}::text[],
      ${endings.map((e) => new Date(e.at).toISOString())}::timestamptz[])
    on conflict (customer_id, name, key) do update set outcome = excluded.outcome, at = excluded.at
    where excluded.at > endings.at`;
}

/** A run's row as routing opens it. */
export interface NewRunRow {
  id: string;
  name: string;
  version: number;
  /** Of a journey's run; a watch's has a subject. */
  customer_id: string | null;
  subject: string | null;
  key: string;
  n: number;
  workflow_id: string;
  entry_event_id: string;
  first: FirstEvent;
  carries: Carried;
  settings: Record<string, string | number>;
  state: 'open' | 'closed';
  outcome: string | null;
  opened_at: Date;
  closed_at: Date | null;
  wakes_at: Date | null;
  /** It is held until then at the latest; not held unless given. */
  held_until?: Date | null;
  last_activity_at: Date;
  last_seq: number;
}

export async function insertRuns(tx: TransactionSql, rows: readonly NewRunRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx`
    insert into runs (id, name, version, customer_id, subject, key, n, workflow_id, entry_event_id, first, carries, settings,
                      state, outcome, opened_at, closed_at, wakes_at, held_until, last_activity_at, last_seq)
    select * from jsonb_to_recordset(${tx.json(rows as never)})
      as r (id uuid, name text, version int, customer_id uuid, subject text, key text, n int, workflow_id text,
            entry_event_id uuid, first jsonb, carries jsonb, settings jsonb, state text, outcome text,
            opened_at timestamptz, closed_at timestamptz, wakes_at timestamptz, held_until timestamptz,
            last_activity_at timestamptz, last_seq int)`;
}

/** Writes what a batch made of open runs; what those held that it ends is cancelled. */
export async function saveRuns(tx: TransactionSql, runs: readonly OpenRun[]): Promise<void> {
  if (runs.length === 0) return;
  const rows = runs.map((run) => ({
    id: run.id,
    state: run.closed ? 'closed' : 'open',
    outcome: run.closed?.outcome ?? null,
    closed_at: run.closed ? new Date(run.closed.at) : null,
    last_activity_at: new Date(run.lastActivityAt),
    last_seq: run.lastSeq,
  }));
  await tx`
    with saved as (
      update runs set state = r.state, outcome = r.outcome, closed_at = r.closed_at,
                      last_activity_at = r.last_activity_at, last_seq = r.last_seq
      from jsonb_to_recordset(${tx.json(rows)})
        as r (id uuid, state text, outcome text, closed_at timestamptz, last_activity_at timestamptz, last_seq int)
      where runs.id = r.id
      returning runs.id, runs.state, runs.outcome, runs.closed_at)
    ${cancelHeld(tx, tx`(select * from saved where state = 'closed')`)}`;
}

export interface NewDispatchRow {
  run_id: string;
  seq: number;
  kind: DispatchKind;
  event_id: string;
  event_name: string | null;
  occurred_at: Date;
  carries: Carried;
  /** Not owed yet, as its run is held; owed unless given. */
  held?: boolean;
}

export async function insertDispatches(tx: TransactionSql, rows: readonly NewDispatchRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx`
    insert into dispatches (run_id, seq, kind, event_id, event_name, occurred_at, carries, held)
    select run_id, seq, kind, event_id, event_name, occurred_at, carries, coalesce(held, false)
    from jsonb_to_recordset(${tx.json(rows as never)})
      as r (run_id uuid, seq int, kind text, event_id uuid, event_name text, occurred_at timestamptz, carries jsonb,
            held boolean)`;
}
