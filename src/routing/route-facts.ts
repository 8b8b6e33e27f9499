import type { TransactionSql } from 'postgres';
import { dropMemberships } from '../db/queries/memberships.ts';
import { orderEvents, orderIdOf } from './orders.ts';
import type { ResolvedEvent, ResolvedPeople } from './resolve-people.ts';
import type { OwnedEvent, RoutingContext } from './route-batch.ts';
import type { StandingSegments } from './kept-segments.ts';
import { SegmentLooks, type DerivedEvent, type Reason } from './route-segments.ts';
import { roundsOf, type TouchingEvent } from './rounds.ts';
import { effectsOf, touchedBy } from './segment-index.ts';
import { takeFacts } from './take-facts.ts';

/**
 * Writes what a batch says of its customers, round by round, and keeps their segments and personas current after each.
 * Answers what follows from it. Joining two customers lets nobody enter or leave, and neither does an import.
 */
export async function routeFacts(
  tx: TransactionSql,
  context: RoutingContext,
  standing: StandingSegments,
  { owned, newcomers, merged, personas }: ResolvedPeople,
): Promise<DerivedEvent[]> {
  const { segments } = context.segments;
  if (segments.length === 0) {
    await takeFacts(tx, context, owned);
    return [];
  }
  const touching = touchingEvents(context, owned, newcomers);
  const joined = merged.into.map((customerId) => ({ customerId, segments }));
  const concerned = [...joined, ...touching];
  const looks = await SegmentLooks.open(tx, context, standing, { concerned, newcomers });
  if (merged.from.length > 0) await dropMemberships(tx, merged.from);
  const at = context.clock.now().getTime();
  await looks.look(joined.map((one) => ({ ...one, cause: null, at, isSilent: true })));
  for (const round of roundsOf(looks.worthALook(touching))) {
    const lost = await takeFacts(tx, context, round);
    await looks.look(round.map(reasonOf), asOf(context, round));
    await lookAtLosers(context, looks, lost);
  }
  await looks.tellOthers([...new Set([...merged.into, ...owned.map(({ customerId }) => customerId)])]);
  return looks.close(personas);
}

/**
 * A round that has waited for a router is looked at as of when its first event came: by a later moment, the events of the
 * next rounds, which came before that moment, would be missing. What time has changed since is found when it is due.
 */
function asOf({ clock }: RoutingContext, round: readonly OwnedEvent[]): Date {
  return new Date(round.reduce((at, { event }) => Math.min(at, event.receivedAt), clock.now().getTime()));
}

type Touching = ResolvedEvent & TouchingEvent;

/** Of a newcomer the first event may bring about what holds for who has done nothing yet. */
function touchingEvents(
  { segments }: RoutingContext,
  owned: readonly ResolvedEvent[],
  newcomers: ReadonlySet<string>,
): Touching[] {
  const seen = new Set<string>();
  return owned.map((one) => {
    const { event, customerId } = one;
    const isFirst = newcomers.has(customerId) && !seen.has(customerId);
    seen.add(customerId);
    const order = orderEvents.includes(event.name ?? '') ? orderIdOf(event) : null;
    const also = order === null ? null : `order ${order}`;
    const effects = effectsOf(segments, event, isFirst);
    return { ...one, segments: [...effects.keys()], effects, also };
  });
}

function reasonOf({ event, customerId, segments, effects }: TouchingEvent): Reason {
  return { customerId, segments, effects, cause: event, at: event.occurredAt, isSilent: event.imported };
}

/** Whose order turned out to be another customer's is looked at again by and by: nothing of theirs was loaded. */
async function lookAtLosers(
  { segments }: RoutingContext,
  looks: SegmentLooks,
  lost: readonly OwnedEvent[],
): Promise<void> {
  for (const { event, customerId } of lost) {
    const names = touchedBy(segments, event).map(({ name }) => name);
    await looks.lookLater(names, [customerId]);
  }
}
