import type { Sql } from '../connect.ts';

/** What the draw of a run's split hashes: its customer's arm key and its journey's name; null without such a run. */
export async function armFacts(sql: Sql, runId: string): Promise<{ armKey: string; journey: string } | null> {
  const [facts] = await sql<{ armKey: string; journey: string }[]>`
    select c.arm_key as "armKey", r.name as journey
    from runs r join customers c on c.id = r.customer_id where r.id = ${runId}`;
  return facts ?? null;
}

/**
 * Writes down which arm of a split a run is in, and answers the one that stands: the first that was written, so that
 * a run started anew stays in its arm, whatever became of the shares or of the customer meanwhile.
 */
export async function recordArm(
  sql: Sql,
  { runId, split, arm }: { runId: string; split: string; arm: string },
): Promise<string | null> {
  const [run] = await sql<{ arm: string }[]>`
    update runs set arms = jsonb_build_object(${split}::text, ${arm}::text) || arms
    where id = ${runId} returning arms->>${split} as arm`;
  return run?.arm ?? null;
}
