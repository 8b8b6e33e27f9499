import type { Sql } from '../connect.ts';

/** When the last event reached the run, heard or not; null when there is no such run. */
export async function lastActivity(sql: Sql, runId: string): Promise<Date | null> {
  const [run] = await sql<{ lastActivityAt: Date }[]>`
    select last_activity_at as "lastActivityAt" from runs where id = ${runId}`;
  return run?.lastActivityAt ?? null;
}
