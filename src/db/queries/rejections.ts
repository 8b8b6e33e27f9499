import { desc, lt } from 'drizzle-orm';
import type { Db, Sql } from '../connect.ts';
import { rejections } from '../schema/rejections.ts';
import { bounds } from '../../domain/bounds.ts';

export type RejectionRow = typeof rejections.$inferSelect;

/** A message refused at the door. */
export interface NewRejection {
  id: string;
  at: Date;
  /** Its place in the batch it came in. */
  index: number | null;
  code: string;
  detail: string;
  /** As it came, or `{json}` with the beginning of its JSON where that cannot be stored; null when none can. */
  item: unknown;
}

/** Keeps what was refused at the door. */
export async function insertRejections(sql: Sql, refused: readonly NewRejection[]): Promise<void> {
  if (refused.length === 0) return;
  await sql`
    insert into rejections (id, at, stage, "index", code, detail, item)
    select r.id, r.at, 'ingestion', r."index", r.code, r.detail, r.item
    from jsonb_to_recordset(${JSON.stringify(refused)}::text::jsonb)
      as r (id uuid, at timestamptz, "index" int, code text, detail text, item jsonb)`;
}

/** What was refused, newest first, from before the one with id `before`. */
export async function listRejections(
  db: Db,
  { before, limit }: { before: string | null; limit: number },
): Promise<RejectionRow[]> {
  return db
    .select()
    .from(rejections)
    .where(before === null ? undefined : lt(rejections.id, before))
    .orderBy(desc(rejections.id))
    .limit(limit);
}

/** Deletes what was refused longer ago than it is kept for; gives how many. `now` is Kairos's time. */
export async function deleteOldRejections(sql: Sql, now: Date): Promise<number> {
  const before = new Date(now.getTime() - bounds.rejectionDays * 86_400_000);
  const deleted = await sql`delete from rejections where at < ${before.toISOString()}::text::timestamptz`;
  return deleted.count;
}
