import { findCustomer, lookUpCustomer, type IdKind } from '../src/db/queries/find-customer.ts';
import { newestUnroutedOfCustomer } from '../src/db/queries/unrouted-of.ts';
import { AppError } from '../src/errors.ts';
import { awaitEffect } from './await-effect.ts';
import type { RouteDeps } from './deps.ts';

/**
 * The internal id of the customer that a path names. One whose first event was accepted and has not taken effect yet
 * is waited for a moment, so that who was just identified is there.
 * @throws AppError `unknown-customer`; `unavailable` when the event takes longer.
 */
export async function customerOf(deps: RouteDeps, id: string, by?: IdKind): Promise<string> {
  return (await findCustomer(deps.database.sql, id, by)) ?? (await customerRead(deps, id, by));
}

/**
 * The same for whoever reads of them: what was accepted before takes effect first, as far as that does not take long;
 * then of a customer who is known what there is is read.
 */
export async function customerRead(deps: RouteDeps, id: string, by?: IdKind): Promise<string> {
  const isSettled = await awaitCustomer(deps, id, by);
  const found = await findCustomer(deps.database.sql, id, by);
  if (found !== null) return found;
  if (isSettled) {
    const kinds = by === undefined ? 'internal id, userId or anonymousId' : by;
    throw new AppError('unknown-customer', `Nobody has this as ${kinds}.`);
  }
  throw new AppError('unavailable', 'An event of this customer was accepted and has not taken effect yet.');
}

/** Waits a moment for what was accepted under an id of a customer's, or any other of theirs; says whether all took effect. */
export async function awaitCustomer(
  { database: { sql } }: RouteDeps,
  id: string,
  by?: IdKind,
): Promise<boolean> {
  const customerId = (await lookUpCustomer(sql, id, by))?.id ?? null;
  const externalId = by === 'id' ? null : id;
  return awaitEffect(sql, await newestUnroutedOfCustomer(sql, { externalId, customerId }));
}
