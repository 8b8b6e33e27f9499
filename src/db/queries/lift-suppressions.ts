import { and, eq, isNull } from 'drizzle-orm';
import type { Sql, TransactionSql } from 'postgres';
import type { SuppressionReason } from '../../domain/suppression.ts';
import type { Channel } from '../../domain/task-queues.ts';
import type { Db } from '../connect.ts';
import { suppressions } from '../schema/suppressions.ts';
import { oneSuppression, type SuppressionRow } from './list-suppressions.ts';

/** Who lifts something, why and when; the row stays, with all three. */
export interface Lifting {
  by: string;
  why: string;
  at: Date;
}

/** Which of an address are meant; from one source, or from any. */
export interface LiftedOf {
  addressHash: string;
  channels: readonly Channel[];
  reasons: readonly SuppressionReason[];
  source?: string | null;
}

/** Lifts those of an address that are for these reasons; gives on which channels there were any. */
export async function liftSuppressions(
  sql: Sql | TransactionSql,
  of: LiftedOf,
  { by, why, at }: Lifting,
): Promise<Channel[]> {
  const rows = await sql<{ channel: Channel }[]>`
    update suppressions set lifted_at = ${at}, lifted_by = ${by}, lifted_reason = ${why}
    where address_hash = ${of.addressHash} and channel = any(${[...of.channels]}::text[])
      and reason = any(${[...of.reasons]}::text[]) and lifted_at is null
      and (${of.source ?? null}::text is null or source = ${of.source ?? null})
    returning channel`;
  return rows.map(({ channel }) => channel);
}

/**
 * Lifts one; gives it as it is then, or null when there is none of this id. One that was lifted before keeps who did and
 * why.
 */
export async function liftSuppression(
  db: Db,
  id: string,
  { by, why, at }: Lifting,
): Promise<SuppressionRow | null> {
  const changed = await db
    .update(suppressions)
    .set({ liftedAt: at, liftedBy: by, liftedReason: why })
    .where(and(eq(suppressions.id, id), isNull(suppressions.liftedAt)))
    .returning();
  return changed[0] ?? oneSuppression(db, id);
}
