const iso =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?\s?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?$/i;
/** As `Date` writes itself: `Thu Dec 10 2015 04:08:31 GMT+0000 (…)`, `Thu, 10 Dec 2015 04:08:31 GMT`. */
const written = /^[A-Z][a-z]{2},? .*\d{4} \d{2}:\d{2}:\d{2} (GMT|UTC)/;
const digits = /^\d{10}(\d{3})?$/;
/** Epoch seconds are below it until the year 5138, epoch milliseconds above it since 1973. */
const secondsBelow = 100_000_000_000;

/**
 * A time as clients write it, in epoch milliseconds: ISO 8601 (UTC when it names no zone), what `Date` writes, or a
 * number of epoch seconds or milliseconds. Null for what is not a time.
 */
export function clientTimeMs(value: unknown): number | null {
  if (typeof value === 'number') return epochMs(value);
  if (typeof value !== 'string') return null;
  const text = value.trim();
  if (digits.test(text)) return epochMs(Number(text));
  if (written.test(text)) return finite(Date.parse(text));
  const match = iso.exec(text);
  return match ? isoMs(match) : null;
}

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i;

/** A time as RFC 3339 has it, with its offset, in epoch milliseconds; null for anything else. */
export function rfc3339Ms(text: string): number | null {
  if (!rfc3339.test(text)) return null;
  return clientTimeMs(text.replace(/(\.\d{9})\d+/, '$1'));
}

function epochMs(value: number): number | null {
  return finite(Math.round(Math.abs(value) < secondsBelow ? value * 1_000 : value));
}

function isoMs([, date, time = '00:00', fraction = '0', zone = 'Z']: RegExpExecArray): number | null {
  const seconds = time.length === 5 ? `${time}:00` : time;
  const offset = /^[+-]/.test(zone) ? `${zone.replace(':', '')}00`.replace(/^(.{3})(.{2}).*/, '$1:$2') : 'Z';
  const ms = fraction.padEnd(3, '0').slice(0, 3);
  const parsed = Date.parse(`${date}T${seconds}.${ms}${offset}`);
  return isRealDay(date!) ? finite(parsed) : null;
}

/** `Date` takes the 30th of February for the 2nd of March. */
function isRealDay(date: string): boolean {
  const parsed = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed) && new Date(parsed).toISOString().startsWith(date);
}

/** What `Date` can hold, or null. */
function finite(ms: number): number | null {
  return Math.abs(ms) <= 8_640_000_000_000_000 ? ms : null;
}
