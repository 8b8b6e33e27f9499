import type { Sql, TransactionSql } from 'postgres';
import type { SuppressionReason } from '../../domain/suppression.ts';
import type { Channel } from '../../domain/task-queues.ts';

/** Why and when something is lifted; the row stays, with both. */
export interface Lifting {
  why: string;
  at: Date;
}

/** Lifts those of an address that are for these reasons; gives on which channels there were any. */
export async function liftSuppressions(
  sql: Sql | TransactionSql,
  of: { addressHash: string; channels: readonly Channel[]; reasons: readonly SuppressionReason[] },
  { why, at }: Lifting,
): Promise<Channel[]> {
  const rows = await sql<{ channel: Channel }[]>`
    update suppressions set lifted_at = ${at}, lifted_reason = ${why}
    where address_hash = ${of.addressHash} and channel = any(${[...of.channels]}::text[])
      and reason = any(${[...of.reasons]}::text[]) and lifted_at is null
    returning channel`;
  return rows.map(({ channel }) => channel);
}

/** Lifts one. One that was lifted before keeps the reason that was given then. */
export async function liftSuppression(sql: Sql, id: string, { why, at }: Lifting): Promise<void> {
  await sql`
    update suppressions set lifted_at = ${at}, lifted_reason = ${why} where id = ${id} and lifted_at is null`;
}
