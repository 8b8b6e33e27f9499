/**
 * Writes the merges of a batch, all at once. What is a set of rows moves in SQL (see `mergeCustomers`); carts and
 * consents are joined here, pair by pair, by the rules of the domain.
 */
import type { TransactionSql } from 'postgres';
import { consentWords, insertKeptRefusals, type OwnedWord } from '../db/queries/merge-consents.ts';
import { mergeCustomers } from '../db/queries/merge-customers.ts';
import { mergeSetOf } from '../db/queries/merge-set.ts';
import { dropCarts, loadCarts, saveCarts, type OwnedCart } from '../db/queries/routing-facts.ts';
import { mergeCarts } from '../domain/cart.ts';
import { refusalsToKeep } from '../domain/consent.ts';
import { newId } from '../ids.ts';
import { consentsIn } from './consents.ts';
import type { AcceptedEvent } from './event.ts';
import { survivor, type Person } from './identity.ts';
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

/** @param releasable Held runs that begin in this transaction if they are open after it. */
export async function mergePeople(
  tx: TransactionSql,
  context: RoutingContext,
  batch: MergingBatch,
  releasable: readonly string[],
): Promise<void> {
  if (batch.merges.length === 0) return;
  // Whoever is joined to many in a chain ends where the chain does.
  const pairs = batch.merges.map(({ from }) => ({ from: from.id, into: survivor(from).id }));
  const set = mergeSetOf(pairs, context.clock.now());
  await joinCarts(tx, pairs, set.everyone);
  await keepRefusals(tx, context, batch, set.everyone);
  await mergeCustomers(tx, set, { releasable, rules: await loadSubstituteRules(tx, context) });
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

/**
 * Of each channel and topic the stricter word stays, as of the newest that either has said of the channel. What the
 * batch itself says before a merge counts for that merge, though it is recorded afterwards.
 */
async function keepRefusals(
  tx: TransactionSql,
  { clock }: RoutingContext,
  { events, people, merges }: MergingBatch,
  everyone: readonly string[],
): Promise<void> {
  const byOwner = new Map<string, OwnedWord[]>();
  const say = (customerId: string, words: readonly OwnedWord[]) => {
    const said = byOwner.get(customerId) ?? [];
    for (const word of words) said.push(word);
    byOwner.set(customerId, said);
  };
  for (const word of await consentWords(tx, everyone)) say(word.customerId, [word]);
  const kairosMs = (realMs: number) => clock.fromReal(new Date(realMs)).getTime();
  const kept: (OwnedWord & { id: string })[] = [];
  for (const [index, event] of events.entries()) {
    for (const { from, into } of merges.filter(({ by }) => by === event)) {
      const theirs = byOwner.get(from.id) ?? [];
      const refused = lostRefusals(byOwner.get(into.id) ?? [], theirs).map((refusal) => {
        return { ...refusal, id: newId(clock), customerId: into.id, state: 'denied' as const };
      });
      kept.push(...refused);
      say(into.id, [...theirs, ...refused]);
    }
    const { id } = people[index]!;
    const said = consentsIn(event, kairosMs).map((word) => ({ ...word, customerId: id }));
    if (said.length > 0) say(id, said);
  }
  await insertKeptRefusals(tx, kept);
}

function lostRefusals(own: readonly OwnedWord[], theirs: readonly OwnedWord[]) {
  const all = [...own, ...theirs];
  return [...new Set(all.map(({ channel }) => channel))].flatMap((name) => {
    const on = (words: readonly OwnedWord[]) => words.filter(({ channel }) => channel === name);
    const at = on(all).reduce((newest, word) => Math.max(newest, word.at), -Infinity);
    return refusalsToKeep(on(own), on(theirs)).map((topic) => ({ channel: name, topic, at }));
  });
}
