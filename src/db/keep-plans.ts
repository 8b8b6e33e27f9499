import type { PendingQuery, Row, TransactionSql } from 'postgres';

/**
 * Until the transaction ends, statements are planned once for any parameters, and by key: the statements of the gate ask
 * so much that planning each anew took longer than carrying it out, and on a table that has just been filled the planner
 * would rather scan it. Sent at once, before what follows.
 */
export function keepPlans(tx: TransactionSql): PendingQuery<Row[]> {
  return tx`
    select set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
      set_config('jit', 'off', true)`.execute();
}
