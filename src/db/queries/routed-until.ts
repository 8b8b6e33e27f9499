import type { TransactionSql } from 'postgres';

/** When the oldest event was accepted that has not been routed; null: there is none. */
export async function oldestUnrouted(tx: TransactionSql): Promise<Date | null> {
  const rows = await tx<{ received_at: Date }[]>`
    select received_at from events where seq = (select min(seq) from unrouted)`;
  return rows[0]?.received_at ?? null;
}
