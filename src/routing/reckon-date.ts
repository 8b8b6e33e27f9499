/**
 * What one customer's row of a date becomes.
 *
 *   no date            ->  no row
 *   unreadable         ->  no start, and why
 *   the same as it was ->  the row as it is: what has started, or passed, stays so
 *   only the zone      ->  the same occasion at another moment
 *   a date             ->  its next start; or at once, when the start has passed and the occasion lies ahead and it was
 *                          now that the customer, and no import, merge or new definition, brought the date
 */
import { sayDate, type DateSource } from '../define/date-start.ts';
import type { DateRule } from '../domain/date-rule.ts';
import {
  isOccasion,
  missedOccasion,
  nextStart,
  readDate,
  startFor,
  type CalendarDate,
} from '../domain/occasion.ts';
import { sayValue } from '../domain/say-value.ts';
import { isZone, zoneOf } from '../domain/zone.ts';

/** A date's row, without whose it is. Times in epoch milliseconds of Kairos's time. */
export interface DateRow {
  /** As it came; null when it cannot be read. */
  date: string | null;
  zone: string;
  occasion: string | null;
  startsAt: number | null;
  problem: string | null;
}

/**
 * Why a row is looked at: something of the customer's changed; two customers became one; everybody is reckoned again, because a zone may mean
 * other times than it did; or the rule itself is another than the row was reckoned by.
 */
export type Why = 'change' | 'merge' | 'again' | 'new-rule';

export interface DateToReckon {
  rule: DateRule;
  source: DateSource;
  /** What stands there; undefined or null: nothing. */
  value: unknown;
  /** The customer's trait `timezone`, whatever it is, and the shop's zone. */
  timezone: unknown;
  shopZone: string;
  row: DateRow | null;
  nowMs: number;
  /** Whether a date whose start has passed starts now, if its occasion lies ahead. */
  startsMissed: boolean;
  why: Why;
}

export function reckonDate(asked: DateToReckon): DateRow | null {
  const { value, timezone, row, rule } = asked;
  if (value === undefined || value === null) return null;
  const zone = zoneOf(timezone, asked.shopZone);
  const read = readDate(value, rule, zone);
  if (typeof read === 'string') {
    const problem = `${sayDate(asked.source)}: ${read}`;
    return { date: null, zone, occasion: null, startsAt: null, problem };
  }
  // Only a text is read as a date.
  const date = (value as string).trim();
  const start = startOf({ ...asked, read, zone }, row && isSameDate(rule, row, read) ? row : null);
  return { date, zone, ...start, problem: zoneProblem(timezone, zone) };
}

type Start = Pick<DateRow, 'occasion' | 'startsAt'>;
type Read = DateToReckon & { read: CalendarDate; zone: string };

/** Written otherwise, or at another hour, a date is the same. */
function isSameDate(rule: DateRule, { date, zone }: DateRow, read: CalendarDate): boolean {
  const was = readDate(date, rule, zone);
  if (typeof was === 'string') return false;
  return was.year === read.year && was.month === read.month && was.day === read.day;
}

const startIn = ({ occasion, startsAt }: DateRow): Start => ({ occasion, startsAt });

/** @param same the row, if its date is the same. */
function startOf(asked: Read, same: DateRow | null): Start {
  const { rule, read, zone, nowMs, why } = asked;
  if (same?.occasion && why === 'new-rule' && isAboutToStart(asked, same)) return startIn(same);
  if (same?.occasion && why !== 'new-rule') {
    if (why === 'change' && same.zone === zone) return startIn(same);
    if (isOccasion(rule, read, same.occasion)) return elsewhere(asked, same.occasion, same);
  }
  const missed = asked.startsMissed ? missedOccasion(rule, { date: read, zone }, nowMs) : null;
  if (missed !== null) return { occasion: missed, startsAt: nowMs };
  return next(asked);
}

/** A start that is the same under the new rule: its time may have come while no router was up. */
function isAboutToStart({ rule, zone }: Read, { occasion, startsAt }: DateRow): boolean {
  return startsAt !== null && startsAt === startFor(rule, occasion!, zone);
}

/** The same occasion in another zone. What has started there already, or is about to, is the same start. */
function elsewhere(asked: Read, occasion: string, { startsAt }: DateRow): Start {
  if (startsAt === null || startsAt <= asked.nowMs) return { occasion, startsAt };
  const here = startFor(asked.rule, occasion, asked.zone);
  if (here >= asked.nowMs) return { occasion, startsAt: here };
  // It would have started here; there it was still to come.
  return { occasion, startsAt: asked.nowMs };
}

function next({ rule, read, zone, nowMs }: Read): Start {
  const found = nextStart(rule, { date: read, zone }, { nowMs });
  if (found) return found;
  // Only a date that is not yearly has no next start: it is over.
  const { year, month, day } = read;
  const two = (number: number) => String(number).padStart(2, '0');
  return { occasion: `${year}-${two(month)}-${two(day)}`, startsAt: null };
}

/** The row when its start has been made: the next year's of a yearly date, and none of another. */
export function rowAfterStart(rule: DateRule, row: DateRow, nowMs: number): DateRow {
  const read = readDate(row.date, rule, row.zone);
  if (typeof read === 'string' || row.occasion === null) return { ...row, startsAt: null };
  const following = nextStart(rule, { date: read, zone: row.zone }, { nowMs, past: row.occasion });
  return following ? { ...row, ...following } : { ...row, startsAt: null };
}

function zoneProblem(timezone: unknown, zone: string): string | null {
  if (timezone === undefined || timezone === null || isZone(timezone)) return null;
  return `timezone: expected a zone such as 'Europe/Berlin', got ${sayValue(timezone)}; reckoned in ${zone}`;
}

/** Whether two rows say the same. */
export function isSameRow(one: DateRow | null, other: DateRow | null): boolean {
  if (one === null || other === null) return one === other;
  const fields = ['date', 'zone', 'occasion', 'startsAt', 'problem'] as const;
  return fields.every((field) => one[field] === other[field]);
}
