import { and, desc, eq, lt } from 'drizzle-orm';
import type { TransactionSql } from 'postgres';
import type { Db, Sql } from '../connect.ts';
import { rejections } from '../schema/rejections.ts';
import { bounds } from '../../domain/bounds.ts';

export type RejectionRow = typeof rejections.$inferSelect;

/** A message refused at the door. */
export interface NewRejection {
  id: string;
  at: Date;
  /** Its place in the batch it came in, or its line in the file. */
  index: number | null;
  /** Of a line of an import: its name. */
  import?: string;
  code: string;
  detail: string;
  /** As it came, or `{json}` with the beginning of its JSON where that cannot be stored; null when none can. */
  item: unknown;
}

/** Keeps what was refused at the door. */
export async function insertRejections(
  sql: Sql | TransactionSql,
  refused: readonly NewRejection[],
): Promise<void> {
  if (refused.length === 0) return;
  await sql`
    insert into rejections (id, at, stage, "index", import, code, detail, item)
    select r.id, r.at, 'ingestion', r."index", r.import, r.code, r.detail, r.item
    from jsonb_to_recordset(${JSON.stringify(refused)}::text::jsonb)
      as r (id uuid, at timestamptz, "index" int, import text, code text, detail text, item jsonb)`;
}

/** What was refused, newest first, from before the one with id `before`; of one import, when it is named. */
export async function listRejections(
  db: Db,
  { before, limit, of }: { before: string | null; limit: number; of?: string | undefined },
): Promise<RejectionRow[]> {
  return db
    .select()
    .from(rejections)
    .where(
      and(
        before === null ? undefined : lt(rejections.id, before),
        of === undefined ? undefined : eq(rejections.import, of),
      ),
    )
    .orderBy(desc(rejections.id))
    .limit(limit);
}

/**
 * Deletes what was refused longer ago than it is kept for; gives how many. `now` is Kairos's time. An event that routing
 * had set aside goes with it: it had no effect, is no customer's, and would be found by no erasure any more.
 */
export async function deleteOldRejections(sql: Sql, now: Date): Promise<number> {
  const before = new Date(now.getTime() - bounds.rejectionDays * 86_400_000);
  const deleted = await sql`
    with gone as (
      delete from rejections where at < ${before.toISOString()}::text::timestamptz returning event_seq
    ), events_gone as (delete from events where seq = any(array(select event_seq from gone)))
    select from gone`;
  return deleted.count;
}
