import type { Sql } from '../../src/db/connect.ts';
import { eventually } from './eventually.ts';

/** Resolves once so many statements, or more, wait for somebody's lock in this database. */
export function waitingForLock(sql: Sql, count = 1): Promise<unknown> {
  return eventually(`${count} wait for a lock`, async () => {
    const rows = await sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    return rows.length >= count;
  });
}
