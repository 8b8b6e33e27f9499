/**
 * The algebra of predicates, as authors write it. Each builder gives data, which `src/db/queries/evaluate-predicate.ts`
 * compiles to SQL and `sentence` reads aloud:
 *
 *   all(did(orderCompleted).atLeast(3).within('90 days'), not(consented('email')))
 */
import type { Channel, TraitChannel } from '../domain/task-queues.ts';
import type {
  AllOf,
  AnyOf,
  ConsentPredicate,
  NamedPredicate,
  NotThat,
  Predicate,
  ReachablePredicate,
} from './predicate-data.ts';

export type { Predicate } from './predicate-data.ts';
export { did, firstDid, interestedIn, lastDid, sumOf } from './did.ts';
export {
  bought,
  firstOrdered,
  hasOpenOrder,
  lastOrdered,
  ordered,
  orderedReduced,
  spent,
  wasDelivered,
  wasShipped,
} from './ordered.ts';
export { stated, trait } from './trait.ts';
export { above, atLeast, atMost, below, known, oneOf } from './value-test.ts';

/** Every one of them holds. */
export const all = (...of: [Predicate, ...Predicate[]]): AllOf => ({ kind: 'all', of });

/** At least one of them holds. */
export const any = (...of: [Predicate, ...Predicate[]]): AnyOf => ({ kind: 'any', of });

export const not = (of: Predicate): NotThat => ({ kind: 'not', of });

/** Is in a segment. Its definition stands in this one, so that the answer is always that of this second. */
export const inSegment = ({ name, where }: { name: string; where: Predicate }): NamedPredicate => {
  return { kind: 'segment', name, where };
};

/**
 * Said yes to a channel, or to a topic on it; who was never asked did not. A topic that was not asked about follows the
 * channel, and a refusal of the channel as a whole stands over it.
 */
export const consented = (channel: Channel, topic = ''): ConsentPredicate => {
  return { kind: 'consent', channel, topic, state: 'granted' };
};

/** Said no to a channel, or to a topic on it. */
export const refused = (channel: Channel, topic = ''): ConsentPredicate => {
  return { kind: 'consent', channel, topic, state: 'denied' };
};

/** Has an address for a channel, whether or not they consented to it. */
export const reachable = (channel: TraitChannel): ReachablePredicate => ({ kind: 'reachable', channel });

/**
 * Has this persona: is in its segment, and in none of those before it in the list. The definitions stand in this one.
 * @throws RangeError when it is none of the list's.
 */
export function hasPersona<Name extends string>(
  { segments, otherwise }: InOrder<Name>,
  name: NoInfer<Name>,
): NamedPredicate {
  const place = segments.findIndex((one) => one.name === name);
  if (place < 0 && name !== otherwise) throw new RangeError(`There is no persona "${name}" in this list.`);
  const earlier = place < 0 ? segments : segments.slice(0, place);
  const own = segments.slice(place < 0 ? segments.length : place, place + 1);
  const where: Predicate = {
    kind: 'all',
    of: [...own.map((one) => one.where), ...earlier.map((one) => not(one.where))],
  };
  return { kind: 'persona', name, where };
}

/** Personas, as `personasInOrder` gives them. */
interface InOrder<Name extends string> {
  readonly segments: readonly { readonly name: Name; readonly where: Predicate }[];
  readonly otherwise: Name;
}
