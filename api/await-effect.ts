import { isUnrouted } from '../src/db/queries/unrouted-of.ts';
import { bounds } from '../src/domain/bounds.ts';
import type { RouteDeps } from './deps.ts';

/** Real milliseconds between two looks: at first, and when it takes longer. */
const [firstLookMs, longestLookMs] = [25, 250];

/**
 * Waits until an accepted event, and so all that came before it, took effect, at most `bounds.behindMs`; says whether it
 * did. Null: there is nothing to wait for.
 */
export async function awaitEffect(sql: RouteDeps['database']['sql'], seq: string | null): Promise<boolean> {
  if (seq === null) return true;
  let lookMs = firstLookMs;
  for (let waitedMs = 0; await isUnrouted(sql, seq); waitedMs += lookMs) {
    if (waitedMs >= bounds.behindMs) return false;
    lookMs = waitedMs < 4 * firstLookMs ? firstLookMs : Math.min(longestLookMs, 2 * lookMs);
    await new Promise((done) => setTimeout(done, lookMs));
  }
  return true;
}
