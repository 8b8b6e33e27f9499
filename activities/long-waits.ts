import type { Sql, TransactionSql } from 'postgres';
import type { Clock } from '../src/clock.ts';
import { closeRun } from '../src/db/queries/close-run.ts';
import { endWaitsSince, longestWaitSince } from '../src/db/queries/long-waits.ts';
import { lockRun } from '../src/db/queries/lock-run.ts';
import { withholdEnded } from '../src/db/queries/page-calls.ts';
import type { WatchRunRow } from '../src/db/queries/watch-run.ts';
import { lineServedBy, type WatchDefinition } from '../src/define/watch.ts';
import { spanMs } from '../src/domain/span.ts';

/** What a run whose last customer has waited for too long came to. */
const expired = 'expired';

/** A run looks no more often than so, or ten times in the time that a wait lasts: people begin to wait all the time. */
const dayMs = spanMs('1 day');

/** Who has not asked since then has waited for as long as a watch lasts; null: there is no such time. */
export function waitsFrom({ lasts }: WatchDefinition, now: Date): Date | null {
  return lasts === undefined ? null : new Date(now.getTime() - spanMs(lasts));
}

/** Ends the waits in a watch's line that have lasted as long as the watch says; says how many. */
export async function endWaitsOf(
  sql: Sql | TransactionSql,
  { watch, subject, now }: { watch: WatchDefinition; subject: string; now: Date },
): Promise<number> {
  const before = waitsFrom(watch, now);
  if (before === null) return 0;
  return endWaitsSince(sql, { list: lineServedBy(watch), sku: subject }, { before, at: now });
}

/**
 * Ends the waits of a run that have lasted too long, and the run with the last of them. Its row is locked while that is
 * looked up: whoever begins to wait meanwhile finds it open, and is seen, or finds it closed, and opens another.
 */
export async function endLongWaits(
  { sql, clock }: { sql: Sql; clock: Clock },
  { watch, run, runId, heard }: { watch: WatchDefinition; run: WatchRunRow; runId: string; heard: number },
): Promise<{ closed: string } | { nextAt: number }> {
  if (run.state === 'closed') return { closed: run.outcome ?? expired };
  const now = clock.now();
  const line = { list: lineServedBy(watch), sku: run.subject };
  await endWaitsOf(sql, { watch, subject: run.subject, now });
  return sql.begin(async (tx) => {
    await lockRun(tx, runId);
    // No wave may come any more that would say what became of those whom the last one left.
    await withholdEnded(tx, { runId, at: now });
    const longest = await longestWaitSince(tx, line);
    if (longest === null) {
      const answer = await closeRun(tx, { runId, outcome: expired, heard, at: now });
      if (answer?.closed) return { closed: answer.outcome };
    }
    const lastsMs = watch.lasts === undefined ? dayMs : spanMs(watch.lasts);
    const soonest = now.getTime() + Math.min(dayMs, lastsMs / 10);
    return { nextAt: Math.max(soonest, (longest ?? now).getTime() + lastsMs) };
  });
}
