import { matchingName } from '../domain/derived-event.ts';
import { event, type EventType } from './event.ts';
import type { Predicate } from './predicate.ts';

/** A named predicate on customers, kept up to date by routing. */
export interface Segment<Name extends string = string> {
  readonly name: Name;
  readonly where: Predicate;
  /** Only for the compiler, never set: without it a segment could stand where an event is expected. */
  readonly properties?: 'a segment is no event: write entering(segment) or leaving(segment)';
}

/** Declares a segment; add it to `src/segments/index.ts`. Its name is a kebab noun, for ever. */
export function segment<const Name extends string>(name: Name, where: Predicate): Segment<Name> {
  return { name, where };
}

/** What the events of entering and leaving a segment carry: the segment's name. */
export type SegmentChange = { segment: string };

/**
 * A customer comes into the segment, by what they do or by time alone. Becoming one with another customer, an import,
 * and a changed definition let nobody enter.
 */
export function entering(into: Segment): EventType<SegmentChange> {
  return event<SegmentChange>(matchingName('Segment Entered', into.name));
}

/** A customer is in the segment no longer. */
export function leaving(from: Segment): EventType<SegmentChange> {
  return event<SegmentChange>(matchingName('Segment Left', from.name));
}
