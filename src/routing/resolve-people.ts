import type { TransactionSql } from 'postgres';
import { releasableRuns, releaseRuns } from '../db/queries/held-runs.ts';
import { findIds, insertCustomers, linkIds, lockCustomers, saveTraits } from '../db/queries/people.ts';
import { together } from '../db/together.ts';
import { armKeyOf } from '../domain/holdout.ts';
import { newId } from '../ids.ts';
import { withDeviceTraits } from './device-traits.ts';
import type { JudgedConsent } from './consents.ts';
import type { AcceptedEvent } from './event.ts';
import { Identities, survivor, type Person } from './identity.ts';
import { isReachable } from './is-reachable.ts';
import { mergePeople } from './merge-people.ts';
import { Reach } from './reach.ts';
import type { OwnedEvent, RoutingContext } from './route-batch.ts';
import { applyTraits, mergeTraits, type Traits } from './traits.ts';

/** An event with whose it is, and what it tells of them that is to be written in its turn. */
export interface ResolvedEvent extends OwnedEvent {
  /** The customer's traits after it. Null: there is nothing to write. */
  traits: Traits | null;
  /** Its words on consent, if the customer is joined with another in this batch; null: they are still to be judged. */
  judged: readonly JudgedConsent[] | null;
}

/** Whose the events of a batch are. */
export interface ResolvedPeople {
  owned: ResolvedEvent[];
  /** Customers whom nobody knew before. */
  newcomers: ReadonlySet<string>;
  /** Those who became others, and whom they became. */
  merged: { from: string[]; into: string[] };
  /** The personas that stand in the customers' rows, but of those who were joined; null: the last of the list. */
  personas: ReadonlyMap<string, string | null>;
}

/**
 * Whose each event is, with new customers, links and merges written, and the traits of those who were joined. Runs that
 * were held for customers who can be reached now begin, unless they ended by a merge.
 */
export async function resolvePeople(
  tx: TransactionSql,
  context: RoutingContext,
  events: AcceptedEvent[],
): Promise<ResolvedPeople> {
  const { identities, traits, outOfReach, personas } = await loadIdentities(tx, context, events);
  const people = events.map((event) => identities.resolve(event));
  const now = context.clock.now();
  await together([
    insertCustomers(tx, identities.created, now),
    linkIds(tx, [...identities.links.values()].map(toSurvivor)),
  ]);
  const reach = new Reach(outOfReach);
  const { joined, after, said } = foldTraits(traits, events, people, { identities, reach });
  const releasable = await releasableRuns(tx, reach.came(), now);
  const judged = await mergePeople(tx, context, { events, people, merges: identities.merges }, releasable);
  await releaseRuns(tx, releasable);
  await saveTraits(tx, joined);
  const ids = (list: readonly Person[]) => [...new Set(list.map(({ id }) => id))];
  for (const { id } of identities.created) personas.set(id, null);
  for (const { from } of identities.merges) personas.delete(survivor(from).id);
  return {
    owned: said.map((event, index) => {
      const customerId = survivor(people[index]!).id;
      return { event, customerId, traits: after[index]!, judged: judged.get(event.seq) ?? null };
    }),
    newcomers: new Set(ids(identities.created)),
    merged: {
      from: ids(identities.merges.map(({ from }) => from)),
      into: ids(identities.merges.map(({ from }) => survivor(from))),
    },
    personas,
  };
}

const toSurvivor = <T extends { person: Person }>(link: T): T => ({ ...link, person: survivor(link.person) });

/** Those who are known by the ids in a batch. */
interface Loaded {
  identities: Identities;
  traits: Map<string, Traits>;
  /** Of them those whom nobody could reach before it. */
  outOfReach: Set<string>;
  personas: Map<string, string | null>;
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
  const identities = new Identities((firstId, firstAt) => ({
    id: newId(context.clock),
    known: false,
    armKey: armKeyOf(firstId),
    firstAt,
    mergedInto: null,
  }));
  for (const id of ids) identities.know(id.kind, id.externalId, people.get(id.customerId)!);
  const outOfReach = rows.filter((row) => !isReachable(row)).map(({ id }) => id);
  return {
    identities,
    traits: new Map(rows.map((row) => [row.id, row.traits])),
    outOfReach: new Set(outOfReach),
    personas: new Map(rows.map((row) => [row.id, row.persona])),
  };
}

/**
 * Each event's traits in order, for the customer it was of then; then those of the joined, in order. `after`: by event,
 * what it changed the traits of a customer to who is joined with nobody; `joined`: those of the others, in the end;
 * `said`: the events, with what they tell of a customer's device that was not known.
 */
function foldTraits(
  traits: Map<string, Traits>,
  events: AcceptedEvent[],
  people: Person[],
  { identities, reach }: { identities: Identities; reach: Reach },
): { joined: Map<string, Traits>; after: (Traits | null)[]; said: AcceptedEvent[] } {
  const changed = new Map<string, Traits>();
  const set = (id: string, value: Traits) => {
    if (value === traits.get(id)) return null;
    traits.set(id, value);
    changed.set(id, value);
    return value;
  };
  const said: AcceptedEvent[] = [];
  const after = events.map((came, index) => {
    const { id } = people[index]!;
    const event = withDeviceTraits(came, traits.get(id) ?? none);
    said.push(event);
    const value = set(id, applyTraits(traits.get(id) ?? none, event));
    reach.seen(id, event, traits.get(id) ?? none);
    return value;
  });
  for (const { from, into, by } of identities.merges) {
    set(into.id, mergeTraits(traits.get(into.id) ?? none, traits.get(from.id) ?? none));
    reach.joined(from.id, by);
  }
  const everyone = new Set(identities.merges.flatMap(({ from, into }) => [from.id, into.id]));
  return {
    joined: new Map([...changed].filter(([id]) => everyone.has(id))),
    after: after.map((value, index) => (everyone.has(people[index]!.id) ? null : value)),
    said,
  };
}

const none: Traits = {};
