import type { TransactionSql } from 'postgres';
import { dropCarts, loadCarts, saveCarts } from '../db/queries/routing-facts.ts';
import { mergeCustomers } from '../db/queries/merge-customers.ts';
import { findIds, insertCustomers, linkIds, lockCustomers, saveTraits } from '../db/queries/people.ts';
import { mergeCarts } from '../domain/cart.ts';
import { armKeyOf } from '../domain/holdout.ts';
import { newId } from '../ids.ts';
import type { AcceptedEvent } from './event.ts';
import { Identities, survivor, type Person } from './identity.ts';
import type { OwnedEvent, RoutingContext } from './route-batch.ts';
import { applyTraits, mergeTraits, type Traits } from './traits.ts';

/** Whose each event is, with new customers, links, merges and traits written. */
export async function resolvePeople(
  tx: TransactionSql,
  context: RoutingContext,
  events: AcceptedEvent[],
): Promise<OwnedEvent[]> {
  const traits = new Map<string, Traits>();
  const identities = await loadIdentities(tx, context, events, traits);
  const people = events.map((event) => identities.resolve(event));
  await insertCustomers(tx, identities.created, context.clock.now());
  await linkIds(tx, [...identities.links.values()].map(toSurvivor));
  const changed = foldTraits(traits, events, people, identities);
  for (const { from, into } of identities.merges) {
    await mergePair(tx, context, from.id, into.id);
  }
  await saveTraits(tx, changed);
  return events.map((event, index) => ({ event, customerId: survivor(people[index]!).id }));
}

const toSurvivor = <T extends { person: Person }>(link: T): T => ({ ...link, person: survivor(link.person) });

async function loadIdentities(
  tx: TransactionSql,
  context: RoutingContext,
  events: AcceptedEvent[],
  traits: Map<string, Traits>,
): Promise<Identities> {
  const named = (pick: (event: AcceptedEvent) => string | null) =>
    events.map(pick).filter((id): id is string => id !== null);
  const previous = named((event) => event.previousId);
  const ids = await findIds(tx, {
    users: [...new Set([...named((event) => event.userId), ...previous])],
    anonymous: [...new Set([...named((event) => event.anonymousId), ...previous])],
  });
  const rows = await lockCustomers(tx, [...new Set(ids.map((id) => id.customerId))]);
  const people = new Map<string, Person>();
  for (const { id, armKey, known, traits: had } of rows) {
    people.set(id, { id, armKey, known, mergedInto: null });
    traits.set(id, had);
  }
  const identities = new Identities((firstId) => ({
    id: newId(context.clock),
    known: false,
    armKey: armKeyOf(firstId),
    mergedInto: null,
  }));
  for (const id of ids) identities.know(id.kind, id.externalId, people.get(id.customerId)!);
  return identities;
}

/** Each event's traits in order, for the customer it was of then; then those of the joined, in order. */
function foldTraits(
  traits: Map<string, Traits>,
  events: AcceptedEvent[],
  people: Person[],
  identities: Identities,
): Map<string, Traits> {
  const changed = new Map<string, Traits>();
  const set = (id: string, value: Traits) => {
    if (value === traits.get(id)) return;
    traits.set(id, value);
    changed.set(id, value);
  };
  events.forEach((event, index) => {
    const { id } = people[index]!;
    set(id, applyTraits(traits.get(id) ?? none, event));
  });
  for (const { from, into } of identities.merges) {
    set(into.id, mergeTraits(traits.get(into.id) ?? none, traits.get(from.id) ?? none));
  }
  return changed;
}

const none: Traits = {};

async function mergePair(
  tx: TransactionSql,
  context: RoutingContext,
  from: string,
  into: string,
): Promise<void> {
  const carts = await loadCarts(tx, [from, into]);
  const joined = carts
    .filter((cart) => cart.customerId === from)
    .map((cart) => {
      const present = carts.find((other) => other.customerId === into && other.key === cart.key);
      return { ...(present ? mergeCarts(present, cart) : cart), customerId: into, key: cart.key };
    });
  await saveCarts(tx, joined);
  await dropCarts(tx, [from]);
  await mergeCustomers(tx, { from, into, at: context.clock.now(), newId: () => newId(context.clock) });
}
