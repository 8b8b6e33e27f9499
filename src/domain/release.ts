import { bounds } from './bounds.ts';
import type { Verdict } from './delivery.ts';
import { drawOf } from './holdout.ts';

/** What is kept when an operator resumes a scope's sends: when, in Kairos's time, and how many waited. */
export interface Resumed {
  at: number;
  waiting: number;
}

/** What is stored under a scope about the last time it was resumed; null when it never was. */
export function resumedOf(stored: Record<string, unknown> | undefined): Resumed | null {
  const { resumedAt, waiting } = stored ?? {};
  const at = typeof resumedAt === 'string' ? Date.parse(resumedAt) : NaN;
  return Number.isNaN(at) || typeof waiting !== 'number' ? null : { at, waiting };
}

/**
 * Until when a delivery that waited for a pause has to wait on, so that all that waited do not go at the same second:
 * they are spread, each by its id, over as long as their number takes at the bounded rate, from when each is first
 * looked at. Kairos's time, epoch milliseconds; null when it may go at once.
 */
export function releaseOf(delivery: {
  id: string;
  verdicts: readonly Verdict[];
  /** Of each scope that may have been paused. */
  resumed: readonly (Resumed | null)[];
  now: number;
  /** How many times faster Kairos's time runs: the rate is one of real seconds. */
  speed: number;
}): number | null {
  const { id, verdicts, resumed, now, speed } = delivery;
  const last = verdicts.at(-1);
  if (last?.reason !== 'paused' && last?.reason !== 'pacing') return null;
  const since = Date.parse(verdicts.findLast(({ reason }) => reason === 'paused')?.at ?? last.at);
  const waited = resumed.flatMap((one) => (one !== null && one.at >= since ? [one.waiting] : []));
  const most = Math.max(0, ...waited);
  if (most <= bounds.releasedPerSecond) return null;
  const spreadMs = (most / bounds.releasedPerSecond) * 1_000 * speed;
  const from = last.reason === 'pacing' ? Date.parse(last.at) : now;
  return from + drawOf('release', id) * spreadMs;
}
