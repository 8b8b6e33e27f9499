/** The zone of a shop that has set none. */
export const defaultZone = 'UTC';

/** Names that were found to be zones. Customers bring them, in any spelling, so that there is an end to it. */
const known = new Set<string>();
const mostKnown = 1_000;

/** Whether a value names a time zone of the IANA database, such as `Europe/Berlin` or `UTC`. An offset is no zone. */
export function isZone(value: unknown): value is string {
  if (typeof value !== 'string' || !/^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/.test(value)) return false;
  if (known.has(value)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
  if (known.size < mostKnown) known.add(value);
  return true;
}

/** The zone of a customer: their own if what they have for one is a zone, else the shop's. */
export function zoneOf(own: unknown, shop: string): string {
  return isZone(own) ? own : shop;
}
