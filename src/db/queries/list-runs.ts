import { and, desc, eq, lt, type SQL } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { runs } from '../schema/runs.ts';

export type RunRow = typeof runs.$inferSelect;

export interface RunFilter {
  name?: string | undefined;
  customerId?: string | undefined;
  subject?: string | undefined;
  state?: RunRow['state'] | undefined;
}

/** Runs, newest first (their ids sort by when they were opened), from before the one with id `before`. */
export async function listRuns(
  db: Db,
  { name, customerId, subject, state }: RunFilter,
  { before, limit }: { before: string | null; limit: number },
): Promise<RunRow[]> {
  const where: (SQL | undefined)[] = [
    name === undefined ? undefined : eq(runs.name, name),
    customerId === undefined ? undefined : eq(runs.customerId, customerId),
    subject === undefined ? undefined : eq(runs.subject, subject),
    state === undefined ? undefined : eq(runs.state, state),
    before === null ? undefined : lt(runs.id, before),
  ];
  return db
    .select()
    .from(runs)
    .where(and(...where))
    .orderBy(desc(runs.id))
    .limit(limit);
}
