/** A length of time in words, as a journey's author writes it: `'45 minutes'`, `'1 day'`. */
export type Span = `${number} ${SpanUnit}`;
type SpanUnit =
  'second' | 'seconds' | 'minute' | 'minutes' | 'hour' | 'hours' | 'day' | 'days' | 'week' | 'weeks';

const second = 1_000;
const unitMs: Record<string, number> = {
  second,
  minute: 60 * second,
  hour: 3_600 * second,
  day: 86_400 * second,
  week: 7 * 86_400 * second,
};

/** The longest span Kairos accepts: ten years of 366 days. */
export const longestSpanMs = 3_660 * 86_400 * second;

/**
 * Milliseconds in a span; a day is 86,400 seconds.
 * @throws RangeError that says what came and what was expected.
 */
export function spanMs(span: Span): number {
  const match = /^(\d+(?:\.\d+)?) (second|minute|hour|day|week)s?$/.exec(span);
  const ms = match ? Number(match[1]) * unitMs[match[2]!]! : NaN;
  if (Number.isNaN(ms) || ms > longestSpanMs) {
    throw new RangeError(
      `"${span}" is not a span: write a number and a unit up to ten years, such as '45 minutes' or '1 day'.`,
    );
  }
  return Math.round(ms);
}

/** Whether a value is a span longer than nothing and up to a bound. Milliseconds. */
export function isSpan(value: unknown, atMostMs = longestSpanMs): boolean {
  if (typeof value !== 'string') return false;
  try {
    const ms = spanMs(value as Span);
    return ms > 0 && ms <= atMostMs;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
