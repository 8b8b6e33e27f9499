import type { TransactionSql } from 'postgres';

/** An open run of a watch. */
export interface OpenWatchRun {
  id: string;
  name: string;
  subject: string;
  lastSeq: number;
}

/**
 * The open runs of some watches and subjects, locked: one that is about to close itself waits for the routing
 * transaction and then sees what it is owed.
 */
export async function lockWatchRuns(
  tx: TransactionSql,
  names: string[],
  subjects: string[],
): Promise<OpenWatchRun[]> {
  return tx<OpenWatchRun[]>`
    select id, name, subject, last_seq as "lastSeq" from runs
    where subject = any(${subjects}::text[]) and name = any(${names}::text[]) and key = '' and state = 'open'
    order by id for update`;
}

/** The last `n` of the runs there have been of some watches and subjects. */
export async function lastWatchRuns(
  tx: TransactionSql,
  names: string[],
  subjects: string[],
): Promise<{ name: string; subject: string; n: number }[]> {
  return tx<{ name: string; subject: string; n: number }[]>`
    select name, subject, max(n) as n from runs
    where subject = any(${subjects}::text[]) and name = any(${names}::text[]) group by name, subject`;
}

/** Records how much some runs have been told, and when what they were told of last was. */
export async function saveTold(
  tx: TransactionSql,
  told: readonly { id: string; lastSeq: number; at: number }[],
): Promise<void> {
  if (told.length === 0) return;
  await tx`
    update runs set last_seq = t.last_seq, last_activity_at = greatest(last_activity_at, t.at)
    from unnest(${told.map(({ id }) => id)}::uuid[], ${told.map(({ lastSeq }) => lastSeq)}::int[],
                ${told.map(({ at }) => new Date(at).toISOString())}::timestamptz[]) as t (id, last_seq, at)
    where runs.id = t.id`;
}

/** Drops what some runs were told before a `seq`: Temporal has it, and nobody will ask for it again. */
export async function forgetTold(
  tx: TransactionSql,
  told: readonly { id: string; beforeSeq: number }[],
): Promise<void> {
  if (told.length === 0) return;
  await tx`
    delete from dispatches d
    using unnest(${told.map(({ id }) => id)}::uuid[], ${told.map(({ beforeSeq }) => beforeSeq)}::int[])
      as t (run_id, before_seq)
    where d.run_id = t.run_id and d.seq > 0 and d.seq < t.before_seq and d.done_at is not null`;
}
