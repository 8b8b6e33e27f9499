import type { TransactionSql } from 'postgres';
import type { Sql } from './connect.ts';
import { together } from './together.ts';

/** Held by whoever changes what routing keeps: one transaction at a time over all routers. */
const routingLock = 4_702_001;

/** Works in a transaction that has the routing lock, if it is free; null, with nothing done, if another has it. */
export async function underRoutingLock<T>(
  sql: Sql,
  work: (tx: TransactionSql) => Promise<T>,
): Promise<T | null> {
  return sql.begin<Promise<T | null>>(async (tx) => {
    const [[lock]] = await together([
      tx<{ got: boolean }[]>`select pg_try_advisory_xact_lock(${routingLock}) as got`,
      // Every statement looks rows up by key. On a table that has just been filled the planner would rather scan it.
      tx`set local enable_seqscan = off`,
    ]);
    return lock!.got ? work(tx) : null;
  });
}

/** Waits until no routing transaction is under way, and keeps others from beginning until this one ends. */
export async function awaitRoutingLock(tx: TransactionSql): Promise<void> {
  await tx`select pg_advisory_xact_lock(${routingLock})`;
}
