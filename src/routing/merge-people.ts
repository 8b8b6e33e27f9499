/**
 * Writes the merges of a batch, all at once. What is a set of rows moves in SQL (see `mergeCustomers`); carts and
 * consents are joined here, pair by pair, by the rules of the domain.
 */
import type { TransactionSql } from 'postgres';
import { mergeCustomers } from '../db/queries/merge-customers.ts';
import { mergeSetOf } from '../db/queries/merge-set.ts';
import { dropCarts, loadCarts, saveCarts, type OwnedCart } from '../db/queries/routing-facts.ts';
import { mergeCarts } from '../domain/cart.ts';
import type { AcceptedEvent } from './event.ts';
import { survivor, type Person } from './identity.ts';
import { keepRefusals, type JudgedConsents } from './keep-refusals.ts';
import type { RoutingContext } from './route-batch.ts';
import { loadSubstituteRules } from './substitute-rules.ts';

/** A pair to be joined: ids. */
interface Pair {
  from: string;
  into: string;
}

/** The events of a batch, whose each was when it had been resolved, and the merges they made, in order. */
export interface MergingBatch {
  events: readonly AcceptedEvent[];
  people: readonly Person[];
  merges: readonly { from: Person; into: Person; by: AcceptedEvent }[];
}

/**
 * Gives what those who were joined said on consent in this batch, with which of it is new.
 *
 * @param releasable Held runs that begin in this transaction if they are open after it.
 */
export async function mergePeople(
  tx: TransactionSql,
  context: RoutingContext,
  batch: MergingBatch,
  releasable: readonly string[],
): Promise<JudgedConsents> {
  if (batch.merges.length === 0) return new Map();
  // Whoever is joined to many in a chain ends where the chain does.
  const pairs = batch.merges.map(({ from }) => ({ from: from.id, into: survivor(from).id }));
  const set = mergeSetOf(pairs, context.clock.now());
  await joinCarts(tx, pairs, set.everyone);
  const judged = await keepRefusals(tx, context, batch, set.everyone);
  await mergeCustomers(tx, set, { releasable, rules: await loadSubstituteRules(tx, context) });
  return judged;
}

async function joinCarts(
  tx: TransactionSql,
  pairs: readonly Pair[],
  everyone: readonly string[],
): Promise<void> {
  const carts = await loadCarts(tx, [...everyone]);
  const from = new Set(pairs.map((pair) => pair.from));
  if (!carts.some(({ customerId }) => from.has(customerId))) return;
  const joined = new Map<string, OwnedCart>();
  const placeOf = (cart: OwnedCart) => JSON.stringify([cart.customerId, cart.key]);
  for (const cart of carts) if (!from.has(cart.customerId)) joined.set(placeOf(cart), cart);
  const changed = new Map<string, OwnedCart>();
  for (const pair of pairs) {
    for (const cart of carts.filter(({ customerId }) => customerId === pair.from)) {
      const moved = { ...cart, customerId: pair.into };
      const present = joined.get(placeOf(moved));
      const both = present ? { ...moved, ...mergeCarts(present, cart) } : moved;
      joined.set(placeOf(both), both);
      changed.set(placeOf(both), both);
    }
  }
  await saveCarts(tx, [...changed.values()]);
  await dropCarts(tx, [...from]);
}
