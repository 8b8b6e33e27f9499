import { isUnrouted } from '../src/db/queries/unrouted-of.ts';
import { bounds } from '../src/domain/bounds.ts';
import type { RouteDeps } from './deps.ts';

const lookEveryMs = 25;

/**
 * Waits until an accepted event, and so all that came before it, took effect, at most `bounds.behindMs`; says whether it
 * did. Null: there is nothing to wait for.
 */
export async function awaitEffect(sql: RouteDeps['database']['sql'], seq: string | null): Promise<boolean> {
  if (seq === null) return true;
  for (let waitedMs = 0; await isUnrouted(sql, seq); waitedMs += lookEveryMs) {
    if (waitedMs >= bounds.behindMs) return false;
    await new Promise((done) => setTimeout(done, lookEveryMs));
  }
  return true;
}
