/**
 * What becomes due by time alone: memberships that the passing of time changes, dates that journeys start on, runs that
 * were held. Each kind is a work, done by the router between two batches, at most once a second while there is little
 * to do and after every batch while there is more than one turn takes. So none of them ever competes with routing for
 * its lock, within a process or over several.
 */
import type { TransactionSql } from 'postgres';
import type { RoutingContext } from './route-batch.ts';
import { underRoutingLock } from '../db/routing-lock.ts';

/**
 * Does what is due, at most `limit` of it, in the routing transaction; `done` as high as the limit: there may be more
 * at once. `dispatches`: how many were written.
 */
export type DueWork = (
  tx: TransactionSql,
  context: RoutingContext,
  limit: number,
) => Promise<{ done: number; dispatches: number }>;

/** At most so much is done of one work in one transaction. */
export const dueBatch = 500;

/** What a turn came to; `isMore`: the next one need not wait. */
export interface DueTurn {
  dispatches: number;
  isMore: boolean;
  /** What failed, one error for each work; the others have had their turn. */
  errors: unknown[];
}

/** One turn of every work, each in a transaction of its own. One that another router is at is left to it. */
export async function takeDueTurn(
  context: RoutingContext,
  works: readonly DueWork[],
  limit = dueBatch,
): Promise<DueTurn> {
  const turn: DueTurn = { dispatches: 0, isMore: false, errors: [] };
  for (const work of works) {
    try {
      const outcome = await underRoutingLock(context.sql, (tx) => work(tx, context, limit));
      turn.dispatches += outcome?.dispatches ?? 0;
      turn.isMore ||= outcome !== null && outcome.done >= limit;
    } catch (error) {
      turn.errors.push(error);
    }
  }
  return turn;
}
