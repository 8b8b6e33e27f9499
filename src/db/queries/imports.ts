import { asc, desc, eq, lt } from 'drizzle-orm';
import type { TransactionSql } from 'postgres';
import type { Db, Sql } from '../connect.ts';
import { imports, rejections } from '../schema/index.ts';

/** How far an import has come. */
export type ImportRow = typeof imports.$inferSelect;

/** The import of a name, or null. */
export async function findImport(db: Db, name: string): Promise<ImportRow | null> {
  const [row] = await db.select().from(imports).where(eq(imports.name, name));
  return row ?? null;
}

/** Keeps that an import has begun. */
export async function insertImport(db: Db, row: typeof imports.$inferInsert): Promise<ImportRow> {
  const [inserted] = await db.insert(imports).values(row).returning();
  return inserted!;
}

/** Imports, the last begun first, from before the one with id `before`. */
export async function listImports(
  db: Db,
  { before, limit }: { before: string | null; limit: number },
): Promise<ImportRow[]> {
  return db
    .select()
    .from(imports)
    .where(before === null ? undefined : lt(imports.id, before))
    .orderBy(desc(imports.id))
    .limit(limit);
}

/** The first refused lines of an import that are kept. */
export async function importRefusals(
  db: Db,
  name: string,
  limit: number,
): Promise<{ line: number; code: string; detail: string }[]> {
  const rows = await db
    .select({ line: rejections.index, code: rejections.code, detail: rejections.detail })
    .from(rejections)
    .where(eq(rejections.import, name))
    .orderBy(asc(rejections.id))
    .limit(limit);
  return rows.map((row) => ({ ...row, line: row.line! }));
}

/** What a chunk of lines came to. */
export interface ImportStep {
  /** The line up to which all are taken now. */
  lines: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  digest: string;
}

/** Notes a chunk beside what it took; false when the import is no longer where it was: somebody else goes on with it. */
export async function advanceImport(
  tx: TransactionSql,
  from: { id: string; lines: number },
  step: ImportStep,
  at: Date,
): Promise<boolean> {
  const changed = await tx`
    update imports set lines = ${step.lines}, accepted = accepted + ${step.accepted},
      duplicates = duplicates + ${step.duplicates}, rejected = rejected + ${step.rejected}, digest = ${step.digest},
      updated_at = ${at}, ended_at = null
    where id = ${from.id} and lines = ${from.lines}`;
  return changed.count === 1;
}

/** Notes that all lines of an import are taken. */
export async function endImport(sql: Sql, id: string, at: Date): Promise<void> {
  await sql`update imports set ended_at = ${at} where id = ${id} and ended_at is null`;
}

/** How many imported events wait for routing, counted up to `limit`. */
export async function countImportedUnrouted(sql: Sql, limit: number): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from (select from unrouted where imported limit ${limit}) waiting`;
  return row!.count;
}
