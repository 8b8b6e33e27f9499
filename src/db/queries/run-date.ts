import { shopScope } from '../../domain/setting-scopes.ts';
import type { Sql } from '../connect.ts';

/** What the local times of a run are reckoned from. */
export interface RunDate {
  /** Of a journey that starts on a date the occasion. */
  key: string;
  /** The customer's trait `timezone`, whatever it is. */
  timezone: unknown;
  /** The shop's settings as they are stored. */
  shop: unknown;
}

/** Null when there is no such run of a customer. */
export async function runDate(sql: Sql, runId: string): Promise<RunDate | null> {
  const [run] = await sql<RunDate[]>`
    select r.key, c.traits -> 'timezone' -> 'value' as timezone,
           (select value from settings where scope = ${shopScope}) as shop
    from runs r join customers c on c.id = r.customer_id where r.id = ${runId}`;
  return run ?? null;
}
