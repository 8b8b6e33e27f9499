import { and, desc, eq, isNull, lt, or, type SQL } from 'drizzle-orm';
import type { SuppressionReason } from '../../domain/suppression.ts';
import type { Db } from '../connect.ts';
import { suppressions } from '../schema/suppressions.ts';

export type SuppressionRow = typeof suppressions.$inferSelect;

export interface SuppressionFilter {
  addressHash?: string | undefined;
  channel?: string | undefined;
  reason?: SuppressionReason | undefined;
  /** Also those that were lifted. */
  lifted?: boolean | undefined;
}

/** Suppressions, newest first, from before the one of that time and id. */
export async function listSuppressions(
  db: Db,
  filter: SuppressionFilter,
  { before, limit }: { before: { at: Date; id: string } | null; limit: number },
): Promise<SuppressionRow[]> {
  const where: (SQL | undefined)[] = [
    filter.addressHash === undefined ? undefined : eq(suppressions.addressHash, filter.addressHash),
    filter.channel === undefined ? undefined : eq(suppressions.channel, filter.channel),
    filter.reason === undefined ? undefined : eq(suppressions.reason, filter.reason),
    filter.lifted === true ? undefined : isNull(suppressions.liftedAt),
    before === null
      ? undefined
      : or(
          lt(suppressions.at, before.at),
          and(eq(suppressions.at, before.at), lt(suppressions.id, before.id)),
        ),
  ];
  return db
    .select()
    .from(suppressions)
    .where(and(...where))
    .orderBy(desc(suppressions.at), desc(suppressions.id))
    .limit(limit);
}

/** The suppression of this id, or null. */
export async function oneSuppression(db: Db, id: string): Promise<SuppressionRow | null> {
  const [row] = await db.select().from(suppressions).where(eq(suppressions.id, id));
  return row ?? null;
}
