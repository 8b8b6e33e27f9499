import type { TransactionSql } from 'postgres';

/**
 * From now on every statement of a transaction looks rows up by key. On a table that has just been filled the planner would
 * rather scan it, or have several processes go through an index of it.
 */
export async function lookUpByKey(tx: TransactionSql): Promise<void> {
  await tx`
    select set_config('enable_seqscan', 'off', true), set_config('max_parallel_workers_per_gather', '0', true)`;
}
