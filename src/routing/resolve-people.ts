import type { TransactionSql } from 'postgres';
import { releasableRuns, releaseRuns } from '../db/queries/held-runs.ts';
import { findIds, insertCustomers, linkIds, lockCustomers, saveTraits } from '../db/queries/people.ts';
import { armKeyOf } from '../domain/holdout.ts';
import { newId } from '../ids.ts';
import type { AcceptedEvent } from './event.ts';
import { Identities, survivor, type Person } from './identity.ts';
import { isReachable } from './is-reachable.ts';
import { mergePeople } from './merge-people.ts';
import { Reach } from './reach.ts';
import type { OwnedEvent, RoutingContext } from './route-batch.ts';
import { applyTraits, mergeTraits, type Traits } from './traits.ts';

/**
 * Whose each event is, with new customers, links, merges and traits written. Runs that were held for customers who can
 * be reached now begin, unless they ended by a merge.
 */
export async function resolvePeople(
  tx: TransactionSql,
  context: RoutingContext,
  events: AcceptedEvent[],
): Promise<OwnedEvent[]> {
  const { identities, traits, outOfReach } = await loadIdentities(tx, context, events);
  const people = events.map((event) => identities.resolve(event));
  const now = context.clock.now();
  await insertCustomers(tx, identities.created, now);
  await linkIds(tx, [...identities.links.values()].map(toSurvivor));
  const reach = new Reach(outOfReach);
  const changed = foldTraits(traits, events, people, { identities, reach });
  const releasable = await releasableRuns(tx, reach.came(), now);
  await mergePeople(tx, context, identities.merges, releasable);
  await releaseRuns(tx, releasable);
  await saveTraits(tx, changed);
  return events.map((event, index) => ({ event, customerId: survivor(people[index]!).id }));
}

const toSurvivor = <T extends { person: Person }>(link: T): T => ({ ...link, person: survivor(link.person) });

/** Those who are known by the ids in a batch. */
interface Loaded {
  identities: Identities;
  traits: Map<string, Traits>;
  /** Of them those whom nobody could reach before it. */
  outOfReach: Set<string>;
}

async function loadIdentities(
  tx: TransactionSql,
  context: RoutingContext,
  events: AcceptedEvent[],
): Promise<Loaded> {
  const named = (pick: (event: AcceptedEvent) => string | null) =>
    events.map(pick).filter((id): id is string => id !== null);
  const previous = named((event) => event.previousId);
  const ids = await findIds(tx, {
    users: [...new Set([...named((event) => event.userId), ...previous])],
    anonymous: [...new Set([...named((event) => event.anonymousId), ...previous])],
  });
  const rows = await lockCustomers(tx, [...new Set(ids.map((id) => id.customerId))]);
  const people = new Map(
    rows.map(({ id, armKey, known }): [string, Person] => [id, { id, armKey, known, mergedInto: null }]),
  );
  const identities = new Identities((firstId) => ({
    id: newId(context.clock),
    known: false,
    armKey: armKeyOf(firstId),
    mergedInto: null,
  }));
  for (const id of ids) identities.know(id.kind, id.externalId, people.get(id.customerId)!);
  const outOfReach = rows.filter((row) => !isReachable(row)).map(({ id }) => id);
  return {
    identities,
    traits: new Map(rows.map((row) => [row.id, row.traits])),
    outOfReach: new Set(outOfReach),
  };
}

/** Each event's traits in order, for the customer it was of then; then those of the joined, in order. */
function foldTraits(
  traits: Map<string, Traits>,
  events: AcceptedEvent[],
  people: Person[],
  { identities, reach }: { identities: Identities; reach: Reach },
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
    reach.seen(id, event, traits.get(id) ?? none);
  });
  for (const { from, into, by } of identities.merges) {
    set(into.id, mergeTraits(traits.get(into.id) ?? none, traits.get(from.id) ?? none));
    reach.joined(from.id, by);
  }
  return changed;
}

const none: Traits = {};
