import type { Sql } from './connect.ts';

/**
 * Does the work while this process is the only one with the advisory lock, over all that share the database. False,
 * with nothing done, when another has it.
 *
 * The lock is a transaction's, not a session's: when its connection dies, a reserved one of the driver (3.4.9) writes
 * the next query to a socket that is gone, which ends the process, or hangs for ever if something caught it.
 * @throws when that connection is lost, once the work has settled: meanwhile another may have the lock as well.
 */
export async function withLock(sql: Sql, lock: number, work: () => Promise<void>): Promise<boolean> {
  let working = Promise.resolve();
  try {
    return await sql.begin(async (tx) => {
      const [row] = await tx<{ got: boolean }[]>`select pg_try_advisory_xact_lock(${lock}) as got`;
      if (row!.got) await (working = work());
      return row!.got;
    });
  } finally {
    // The lock may be lost in the midst of it: what is under way ends before this process begins anew, or stops.
    await Promise.allSettled([working]);
  }
}
