import { sayOffset, type DateOffset, type DateRule, type LocalTime } from '../domain/date-rule.ts';
import { matchingName } from '../domain/derived-event.ts';
import type { EventType, PropertyOf } from './event.ts';

/** Where a date stands: in a trait, or in the events that a customer has done. */
export type DateSource =
  | { readonly kind: 'trait'; readonly name: string }
  /** The day of the last, or the first, event of that name. */
  | { readonly kind: 'last' | 'first'; readonly event: string }
  /** A property of the last event of that name that has it. */
  | { readonly kind: 'property'; readonly event: string; readonly property: string };

/** The name of the event by which Kairos starts a run on a date. */
export const dateReached = 'Date Reached';

/**
 * What a journey starts on that starts on a date: an event that Kairos itself makes when it is time. Its runs are told
 * apart by their occasion, so that each occasion has one.
 */
export interface DateStart extends EventType<{ occasion: string }> {
  readonly source: DateSource;
  readonly rule: DateRule;
}

/** How far from the date, and at what time of the customer's day. */
export interface DateStartOptions {
  /** It comes again each year: a birthday, an anniversary. Of 29 February on 28 February in other years. */
  yearly?: boolean;
  /** `'-7 days'` before the date, `'1 year'` after it; on the day itself if not said. */
  offset?: DateOffset;
  /** On the customer's own clock (trait `timezone`, else the shop's). */
  at: LocalTime;
}

/**
 * Starts a journey on a date of the customer's: of a trait by its name, or of what they did.
 *
 *     dateOf('birthday', { yearly: true, offset: '-7 days', at: '09:00' })
 *     dateOf(lastTime(orderCompleted), { offset: '365 days', at: '10:00' })
 *     dateOf(dateIn(trialStarted, 'ends_at'), { offset: '-3 days', at: '09:00' })
 */
export function dateOf(date: string | DateSource, options: DateStartOptions): DateStart {
  const { yearly = false, offset = '0 days', at } = options;
  const source: DateSource = typeof date === 'string' ? { kind: 'trait', name: date } : date;
  return { name: dateReached, source, rule: { yearly, offset, at } };
}

/** The day on which the customer last did this. */
export function lastTime(event: EventType): DateSource {
  return { kind: 'last', event: event.name };
}

/** The day on which the customer first did this. */
export function firstTime(event: EventType): DateSource {
  return { kind: 'first', event: event.name };
}

/** The date that the customer's last such event names in a property. */
export function dateIn<Event extends EventType>(event: Event, property: PropertyOf<Event>): DateSource {
  return { kind: 'property', event: event.name, property };
}

export function isDateStart(starts: EventType): starts is DateStart {
  return typeof starts === 'object' && starts !== null && 'rule' in starts && 'source' in starts;
}

/** The name by which routing finds what a date's event starts: each journey has its own. */
export function dateReachedOf(journey: string): string {
  return matchingName(dateReached, journey);
}

/** The start as an operator reads it: `7 days before lease_ends_on at 09:00 local`. */
export function sayDateStart({ source, rule }: DateStart): string {
  const which = rule.yearly ? `each ${sayAnniversary(source)}` : sayDate(source);
  return `${sayOffset(rule.offset)} ${which} at ${rule.at} local`;
}

/** The date in words: `birthday`, `the last Order Completed`, `ends_at of Trial Started`. */
export function sayDate(source: DateSource): string {
  switch (source.kind) {
    case 'trait':
      return source.name;
    case 'property':
      return `${source.property} of ${source.event}`;
    default:
      return `the ${source.kind} ${source.event}`;
  }
}

function sayAnniversary(source: DateSource): string {
  return source.kind === 'trait' ? source.name : `anniversary of ${sayDate(source)}`;
}
