/**
 * A customer's date, the occasions it makes, and when a journey starts for each.
 *
 * A date that is not yearly makes one occasion: itself. A yearly one makes one each year: every anniversary, and itself
 * while it lies ahead; what happened today has no anniversary today.
 *
 * Who was born on 29 February has their birthday on 28 February in other years: the last day of the same month, as
 * PostgreSQL (`+ interval '1 year'`), Java (`MonthDay.atYear`) and ECMAScript's Temporal (`constrain`) have it; a gift
 * of the month of birth is in time. (English law lets them come of age on 1 March, New Zealand's on 28 February.)
 */
// ECMAScript's Temporal, not the engine of the workflows.
import { Temporal } from 'temporal-polyfill';
import { bounds } from './bounds.ts';
import { offsetParts, type DateRule } from './date-rule.ts';
import { dayOf, momentOf } from './local-time.ts';
import { sayValue } from './say-value.ts';

/** A date on the calendar; of some birthdays the year is not known. */
export interface CalendarDate {
  year: number | null;
  month: number;
  day: number;
}

/** An occasion (`2026-05-10`) and when the journey starts for it, epoch milliseconds. */
export interface NextStart {
  occasion: string;
  startsAt: number;
}

/** A date in a customer's zone. */
export interface DateInZone {
  date: CalendarDate;
  zone: string;
}

const day = /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)/;
const time = /[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?/;
const isDay = new RegExp(`${day.source}(?:${time.source})?$`);
const isMoment = new RegExp(`${day.source}${time.source}(?:Z|[+-](?:0\\d|1[0-4])(?::?[0-5]\\d)?)$`);
/** As JSON writes a date that has no time of the day. */
const isMidnight = new RegExp(`${day.source}[T ]00:00(?::00(?:\\.0+)?)?(?:Z|\\+00:?00)$`);
const isMonthDay = /^(?:--)?(?<month>\d\d)-(?<day>\d\d)$/;

/** The forms of a date that are read. */
export const dateForms = `'2026-05-10', '2026-05-10T14:30:00Z', or '05-10' for a yearly date without its year`;

/**
 * Reads a date: a day, a day and month, or a moment, which is the day that it falls on in the zone. A moment at midnight
 * UTC is its day in every zone: so JSON writes days. What is no date is answered as a sentence.
 */
export function readDate(value: unknown, { yearly }: DateRule, zone: string): CalendarDate | string {
  const problem = `expected a date such as ${dateForms}, got ${sayValue(value)}`;
  if (typeof value !== 'string') return problem;
  const text = value.trim();
  const monthDay = isMonthDay.exec(text)?.groups;
  if (monthDay) {
    if (!yearly) return `expected a date with its year, such as '2026-05-10', got ${sayValue(value)}`;
    return existing(null, monthDay) ?? problem;
  }
  const written = (isDay.exec(text) ?? isMidnight.exec(text))?.groups;
  if (written) return existing(Number(written['year']), written) ?? problem;
  const moment = isMoment.exec(text)?.groups;
  const isThere = moment !== undefined && existing(Number(moment['year']), moment) !== null;
  return (isThere ? onDayOf(text, zone) : null) ?? problem;
}

function existing(year: number | null, groups: Record<string, string>): CalendarDate | null {
  const [month, day] = [Number(groups['month']), Number(groups['day'])];
  if (year !== null && (year < bounds.earliestYear || year > bounds.latestYear)) return null;
  // Of a day without its year, a leap year tells whether there is such a day.
  const isThere = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year ?? 2000, month);
  return isThere ? { year, month, day } : null;
}

const daysIn = (year: number, month: number) => new Temporal.PlainYearMonth(year, month).daysInMonth;

function onDayOf(text: string, zone: string): CalendarDate | null {
  const found = day.exec(dayOf(Temporal.Instant.from(text).epochMilliseconds, zone))?.groups;
  return found ? existing(Number(found['year']), found) : null;
}

/** When the journey starts for an occasion, epoch milliseconds. */
export function startFor(rule: DateRule, occasion: string, zone: string): number {
  return momentOf(startDay(rule, occasion), rule.at, zone);
}

function startDay({ offset }: DateRule, occasion: string): string {
  const { count, unit } = offsetParts(offset);
  return Temporal.PlainDate.from(occasion)
    .add({ [unit]: count })
    .toString();
}

/** Whether a day is one of the occasions of a date. */
export function isOccasion({ yearly }: DateRule, date: CalendarDate, occasion: string): boolean {
  const year = Temporal.PlainDate.from(occasion).year;
  if (yearly) return inYear(date, year) === occasion && (date.year === null || year >= date.year);
  return inYear(date, date.year!) === occasion;
}

/** The first occasion whose start has not passed, later than `past` if that is given; null when there is none. */
export function nextStart(
  rule: DateRule,
  { date, zone }: DateInZone,
  { nowMs, past = '' }: { nowMs: number; past?: string },
): NextStart | null {
  const today = dayOf(nowMs, zone);
  for (const occasion of occasionsOf(rule, date, today)) {
    // Days are compared first: a moment in a zone costs much more.
    if (occasion <= past || startDay(rule, occasion) < today) continue;
    const startsAt = startFor(rule, occasion, zone);
    if (startsAt >= nowMs) return { occasion, startsAt };
  }
  return null;
}

/** The occasion that is still to come, today at the latest, although its start has passed; null when there is none. */
export function missedOccasion(rule: DateRule, { date, zone }: DateInZone, nowMs: number): string | null {
  const today = dayOf(nowMs, zone);
  const ahead = occasionsOf(rule, date, today).find((occasion) => occasion >= today);
  return ahead !== undefined && startFor(rule, ahead, zone) < nowMs ? ahead : null;
}

function occasionsOf({ yearly }: DateRule, date: CalendarDate, today: string): string[] {
  if (!yearly) return [inYear(date, date.year!)];
  const first = date.year ?? -Infinity;
  // A start is at most a year before or after its occasion. Who looks far ahead is left nothing between.
  const from = Math.max(Temporal.PlainDate.from(today).year - 2, Number.isFinite(first) ? first : 0);
  return [0, 1, 2, 3, 4]
    .map((later) => ({ year: from + later, occasion: inYear(date, from + later) }))
    .filter(({ year, occasion }) => year > first || occasion > today)
    .map(({ occasion }) => occasion);
}

function inYear({ month, day }: CalendarDate, year: number): string {
  return Temporal.PlainDate.from({ year, month, day }, { overflow: 'constrain' }).toString();
}
