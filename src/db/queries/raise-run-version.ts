import type { Sql } from '../connect.ts';

/** Lets an open run go on as a later version of its journey or watch; never as an earlier one. */
export async function raiseRunVersion(
  sql: Sql,
  { runId, version }: { runId: string; version: number },
): Promise<void> {
  await sql`update runs set version = ${version} where id = ${runId} and state = 'open' and version < ${version}`;
}
