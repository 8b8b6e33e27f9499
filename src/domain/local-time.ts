/**
 * Moments by a customer's own clock and calendar.
 *
 * A local time that does not exist, because clocks were put forward over it, is as much later as they were put forward
 * (02:30 is 03:30); one that exists twice is the first of the two. So RFC 5545 has it (3.3.5), and so does
 * ECMAScript's Temporal by the name `compatible`.
 */
// ECMAScript's Temporal, not the engine of the workflows. Node has it from version 26 on: then this import goes.
import { Temporal } from 'temporal-polyfill';
import type { LocalTime } from './date-rule.ts';

/** The moment of a local time on a day (`2026-05-10`), epoch milliseconds. */
export function momentOf(day: string, at: LocalTime, zone: string): number {
  const local = Temporal.PlainDate.from(day).toPlainDateTime(Temporal.PlainTime.from(at));
  return local.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
}

/** The day that a moment falls on in a zone: `2026-05-10`. */
export function dayOf(ms: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** The first moment at which it is that time in a zone: this very one, or a later one. Epoch milliseconds. */
export function nextLocalTime(fromMs: number, at: LocalTime, zone: string): number {
  const today = dayOf(fromMs, zone);
  const moment = momentOf(today, at, zone);
  return moment >= fromMs ? moment : momentOf(nextDay(today), at, zone);
}

/** A day in a zone: from its midnight, and until the next without that. Epoch milliseconds. */
export interface LocalDay {
  from: number;
  until: number;
}

/** Of each zone the day that was asked for last: a page of a thousand customers asks for few, again and again. */
const lastDays = new Map<string, LocalDay>();
const mostLastDays = 1_000;

/** The day that a moment falls on in a zone. */
export function dayAround(ms: number, zone: string): LocalDay {
  const last = lastDays.get(zone);
  if (last && last.from <= ms && ms < last.until) return last;
  const day = dayOf(Math.floor(ms), zone);
  const found = { from: momentOf(day, '00:00', zone), until: momentOf(nextDay(day), '00:00', zone) };
  if (lastDays.size >= mostLastDays) lastDays.clear();
  lastDays.set(zone, found);
  return found;
}

/** What a clock and a calendar on the wall say. */
interface LocalNow {
  readonly weekday: string;
  readonly time: string;
}

/** Of the moment that was asked about last what was said of each zone: a page of customers asks for few, all of one moment. */
const said = { ms: NaN, byZone: new Map<string, LocalNow>() };

/** What a clock and a calendar on the wall say: `{ weekday: 'mon', time: '08:00' }`. */
export function localNow(ms: number, zone: string): LocalNow {
  if (said.ms !== ms || said.byZone.size >= mostWallClocks) Object.assign(said, { ms, byZone: new Map() });
  const now = said.byZone.get(zone) ?? readWallClock(ms, zone);
  said.byZone.set(zone, now);
  return now;
}

function readWallClock(ms: number, zone: string): LocalNow {
  const parts = wallClock(zone).formatToParts(ms);
  const part = (type: string) => parts.find((each) => each.type === type)!.value;
  return { weekday: part('weekday').toLowerCase(), time: `${part('hour')}:${part('minute')}` };
}

/** Made once for each zone: making one takes longer than a thousand answers of it. Customers bring zones in any spelling. */
const mostWallClocks = 1_000;
const wallClocks = new Map<string, Intl.DateTimeFormat>();

function wallClock(zone: string): Intl.DateTimeFormat {
  const made =
    wallClocks.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone, hourCycle: 'h23', weekday: 'short', hour: '2-digit', minute: '2-digit' },
    });
  if (wallClocks.size >= mostWallClocks) wallClocks.clear();
  wallClocks.set(zone, made);
  return made;
}

/** The first moment after a moment at which the clocks of a zone show that time; they may do so twice on one night. */
export function nextLocalTimeAfter(afterMs: number, at: LocalTime, zone: string): number {
  const today = dayOf(afterMs, zone);
  const moments = [today, nextDay(today), nextDay(nextDay(today))].flatMap((day) => {
    const local = Temporal.PlainDate.from(day).toPlainDateTime(Temporal.PlainTime.from(at));
    return (['compatible', 'later'] as const).map(
      (disambiguation) => local.toZonedDateTime(zone, { disambiguation }).epochMilliseconds,
    );
  });
  return Math.min(...moments.filter((ms) => ms > afterMs));
}

function nextDay(day: string): string {
  return Temporal.PlainDate.from(day).add({ days: 1 }).toString();
}
