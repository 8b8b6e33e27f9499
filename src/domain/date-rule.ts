type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
type Hour = `${0 | 1}${Digit}` | '20' | '21' | '22' | '23';

/** A time of the day on the customer's own clock: `'09:00'`. */
export type LocalTime = `${Hour}:${0 | 1 | 2 | 3 | 4 | 5}${Digit}`;

type Unit = 'day' | 'days' | 'week' | 'weeks' | 'month' | 'months' | 'year' | 'years';

/** So far from a date, on the calendar: before it with a minus (`'-7 days'`), after it without (`'365 days'`). */
export type DateOffset = `${bigint} ${Unit}`;

/** A start on a date: so far from it, at that time. */
export interface DateRule {
  /** Whether it comes again each year, as a birthday does. */
  readonly yearly: boolean;
  readonly offset: DateOffset;
  readonly at: LocalTime;
}

/** An offset in parts; negative before the date. */
export interface OffsetParts {
  count: number;
  unit: 'days' | 'weeks' | 'months' | 'years';
}

/** The longest offset: ten years, as the longest span; of a yearly date one year. */
const mostDays = 3_660;
const mostYearlyDays = 366;
const daysIn = { days: 1, weeks: 7, months: 31, years: 366 };

/** @throws RangeError that says what came and what was expected. */
export function offsetParts(offset: DateOffset): OffsetParts {
  const match = /^(-?\d{1,5}) (day|week|month|year)s?$/.exec(offset);
  const parts = match && { count: Number(match[1]), unit: `${match[2]!}s` as OffsetParts['unit'] };
  if (!parts || Math.abs(parts.count) * daysIn[parts.unit] > mostDays) {
    throw new RangeError(
      `"${offset}" is no offset: write a whole number and a unit of the calendar up to ten years, such as '-7 days' or '1 month'.`,
    );
  }
  return parts;
}

/** Whether an offset leads past the date: what starts then comes after it. */
export function isAfter(offset: DateOffset): boolean {
  return offsetParts(offset).count > 0;
}

export function isLocalTime(value: unknown): value is LocalTime {
  return typeof value === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(value);
}

/** What is wrong with a rule, as [field, sentence]. */
export function problemsOfRule({ yearly, offset, at }: DateRule): [keyof DateRule, string][] {
  const problems: [keyof DateRule, string][] = [];
  if (!isLocalTime(at)) {
    const came = JSON.stringify(at) ?? 'nothing';
    problems.push(['at', `${came} came; expected a time of the customer's day, such as '09:00'.`]);
  }
  try {
    const { count, unit } = offsetParts(offset);
    if (yearly && Math.abs(count) * daysIn[unit] > mostYearlyDays) {
      problems.push(['offset', `"${offset}" came; expected at most a year for a date that is yearly.`]);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problems.push(['offset', error.message]);
  }
  return problems;
}

/** As an operator reads it, before the name of the date: `7 days before`, `1 year after`, `on`. */
export function sayOffset(offset: DateOffset): string {
  const { count, unit } = offsetParts(offset);
  if (count === 0) return 'on';
  const length = Math.abs(count);
  return `${length} ${length === 1 ? unit.slice(0, -1) : unit} ${count < 0 ? 'before' : 'after'}`;
}
