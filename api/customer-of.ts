import { findCustomer, hasUnrouted, type IdKind } from '../src/db/queries/find-customer.ts';
import { bounds } from '../src/domain/bounds.ts';
import { AppError } from '../src/errors.ts';
import type { RouteDeps } from './deps.ts';

const lookEveryMs = 25;

/**
 * The internal id of the customer that a path names. One whose first event was accepted and has not taken effect yet
 * is waited for a moment, so that who was just identified is there.
 * @throws AppError `unknown-customer`; `unavailable` when the event takes longer.
 */
export async function customerOf({ database: { sql } }: RouteDeps, id: string, by?: IdKind): Promise<string> {
  for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
    // In this order: an event that takes effect between the two looks is found by the next.
    const isComing = by !== 'id' && (await hasUnrouted(sql, id));
    const found = await findCustomer(sql, id, by);
    if (found !== null) return found;
    if (!isComing) {
      const kinds = by === undefined ? 'internal id, userId or anonymousId' : by;
      throw new AppError('unknown-customer', `Nobody has this as ${kinds}.`);
    }
    if (waitedMs >= bounds.behindMs) {
      throw new AppError(
        'unavailable',
        'An event of this customer was accepted and has not taken effect yet.',
      );
    }
    await new Promise((done) => setTimeout(done, lookEveryMs));
  }
}
