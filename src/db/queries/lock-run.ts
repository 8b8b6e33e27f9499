import type { TransactionSql } from 'postgres';

/** Locks the row of a run: routing, which tells it of something, or finds it closed, waits until then. */
export async function lockRun(tx: TransactionSql, runId: string): Promise<void> {
  await tx`select from runs where id = ${runId} for update`;
}
