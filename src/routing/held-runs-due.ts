import { expireHeldRuns, oldestUnroutedAt } from '../db/queries/held-runs.ts';
import type { DueWork } from './due.ts';

/**
 * Closes runs as `expired` whose customers did not come within reach in time. What came in time and still waits for
 * routing may release them: they are held for as long as any such event waits.
 */
export const expireHeldRunsDue: DueWork = async (tx, { clock }, limit) => {
  const now = clock.now();
  const oldest = await oldestUnroutedAt(tx);
  const heldUntil = oldest !== null && oldest < now ? oldest : now;
  return { done: await expireHeldRuns(tx, { heldUntil, closedAt: now, limit }), dispatches: 0 };
};
