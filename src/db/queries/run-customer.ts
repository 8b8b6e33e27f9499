import type { ISql } from 'postgres';

/** Whose run it is, since a join maybe another's than when it opened; null when there is no such run. */
export async function customerOfRun(sql: ISql, runId: string): Promise<string | null> {
  const [run] = await sql<{ customerId: string | null }[]>`
    select customer_id as "customerId" from runs where id = ${runId}`;
  return run?.customerId ?? null;
}
