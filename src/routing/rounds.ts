import type { Effect } from '../define/predicate-effect.ts';
import type { AcceptedEvent } from './event.ts';
import { touchedBy, type KeptSegment, type SegmentIndex } from './segment-index.ts';
import type { OwnedEvent } from './route-batch.ts';

/** An event, and the segments that may change by it. */
export interface TouchingEvent extends OwnedEvent {
  segments: readonly KeptSegment[];
  /** What it may do to each of them. */
  effects: ReadonlyMap<KeptSegment, Effect>;
  /** What else must take effect in the order of the events: the order that it reports, say. */
  also: string | null;
}

/**
 * Cuts a batch into rounds, so that entering and leaving are seen event by event though all customers of a round are
 * looked at together: within a round no two events of a customer touch the same segment, and the events of a customer,
 * or of an order, are never before their elders.
 */
export function roundsOf<Event extends TouchingEvent>(events: readonly Event[]): Event[][] {
  const rounds: Event[][] = [];
  const last = new Map<string, number>();
  // Of each customer, what is touched in the last round that they are in.
  const touched = new Map<string, Set<KeptSegment>>();
  for (const event of events) {
    const { customerId, also, segments } = event;
    const before = last.get(customerId) ?? 0;
    let round = also === null ? before : Math.max(before, last.get(also) ?? 0);
    let there = round === before ? touched.get(customerId) : undefined;
    if (there && segments.some((segment) => there!.has(segment))) {
      round += 1;
      there = undefined;
    }
    if (!there) touched.set(customerId, (there = new Set()));
    for (const segment of segments) there.add(segment);
    last.set(customerId, round);
    if (also !== null) last.set(also, round);
    (rounds[round] ??= []).push(event);
  }
  return rounds;
}

/** A batch has at most about so many rounds, each of which costs its statements. */
export const mostRounds = 25;

/** The first of these events, as many as make no more rounds than a batch may have: one customer may have done a lot. */
export function withinRounds(index: SegmentIndex, events: AcceptedEvent[]): AcceptedEvent[] {
  const times = new Map<string, number>();
  const whose = events.map((event) => `${event.userId ?? ''}/${event.anonymousId ?? ''}`);
  for (const who of whose) times.set(who, (times.get(who) ?? 0) + 1);
  // Hardly anybody does so much that it has to be asked which of it touches segments.
  if ([...times.values()].every((count) => count <= mostRounds)) return events;
  const touching = new Map<string, number>();
  const end = events.findIndex((event, place) => {
    const who = whose[place]!;
    if (times.get(who)! <= mostRounds || touchedBy(index, event).length === 0) return false;
    touching.set(who, (touching.get(who) ?? 0) + 1);
    return touching.get(who)! > mostRounds;
  });
  return end < 0 ? events : events.slice(0, end);
}
