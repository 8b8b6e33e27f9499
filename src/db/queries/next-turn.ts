import type { TransactionSql } from 'postgres';
import { drawOf } from '../../domain/holdout.ts';

/** As long as one stretch of turns is, and how many of them follow each other; Kairos's milliseconds. */
const stretchMs = 15 * 60_000;
const mostStretches = 12;

/** Names the lock under which turns are taken, for all time: an advisory lock is known by its number alone. */
const turnsLock = 7_204_118_355;

/** Of what is held until a moment, the last may have its turn this much later. */
export const longestQueueMs = stretchMs * mostStretches;

/**
 * When it is the turn of a delivery that is held until a time, as many others are: after the last of them, at a bounded
 * rate, so that they do not all go at the same second. Looked for in one quarter of an hour after the other, so that what
 * opens at another time has turns of its own. What finds three hours of turns taken goes at some moment in them. Turns are
 * taken one after the other, each until its transaction has ended: of two gates at one instant none has the other's. Whoever
 * takes one has locked their customer before, and locks nobody after. What is held for another reason takes no turn.
 */
export async function nextTurn(
  tx: TransactionSql,
  { customerId, opensAt, everyMs }: { customerId: string; opensAt: number; everyMs: number },
): Promise<number> {
  // In a statement of its own: the one after it sees what was committed while this waited.
  await tx`select pg_advisory_xact_lock(${turnsLock}::bigint)`;
  for (let stretch = 0; stretch < mostStretches; stretch += 1) {
    const from = opensAt + stretch * stretchMs;
    const to = from + stretchMs;
    const [row] = await tx<{ last: number | null }[]>`
      select (extract(epoch from max(held_until)) * 1000)::float8 as last from deliveries
      where held_until is not null and held_until >= ${new Date(from)} and held_until < ${new Date(to)}
        and (state = 'intended' or reason = 'quiet-hours')`;
    const last = row?.last ?? null;
    if (last === null) return from;
    if (last + everyMs < to) return Math.ceil(last + everyMs);
  }
  return Math.round(opensAt + drawOf('release', customerId) * longestQueueMs);
}
