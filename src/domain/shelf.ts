/**
 * How much of a product there is, from what is reported of it. Reports are state, not deltas: for each source and
 * location the one with the greatest time counts (of two of one time the later), an older one has no effect.
 *
 * Units are the sum over locations. Where several sources report one location the newest report counts: a catalogue
 * and a warehouse that speak of the same shelf are not added up. Nor are a source that names no location at all, and
 * so speaks of everything, and sources that speak of single locations: of these two the one that spoke last counts.
 */

/** What a source reported last of one location (empty: it named none). Times in epoch milliseconds of Kairos's time. */
export interface StockLevel {
  source: string;
  location: string;
  /** Units, an integer of 0 or more. */
  available: number;
  at: number;
  /** Its place in the order of all events. */
  seq: number;
}

/** A product's stock as far as it is known. */
export interface Shelf {
  readonly levels: readonly StockLevel[];
  /** Null: never reported, which is not sold out. */
  readonly units: number | null;
  /** The time of the newest report that counts: the moment of which the units are true. */
  readonly at: number | null;
  /** Since when there are none; null while there are some, or nothing is known. */
  readonly soldOutAt: number | null;
}

export const unknownShelf: Shelf = { levels: [], units: null, at: null, soldOutAt: null };

/** The shelf after a report: the very same one when a newer report of that source and location is known. */
export function reported(shelf: Shelf, report: StockLevel): Shelf {
  const known = shelf.levels.find((level) => isSamePlace(level, report));
  if (known && isNewer(known, report)) return shelf;
  const levels = [...shelf.levels.filter((level) => level !== known), report];
  const counted = countedLevels(levels);
  const units = counted.reduce((sum, { available }) => sum + available, 0);
  const { at } = newestOf(counted);
  return { levels, units, at, soldOutAt: units > 0 ? null : (shelf.soldOutAt ?? at) };
}

const isSamePlace = (a: StockLevel, b: StockLevel) => a.source === b.source && a.location === b.location;

const isNewer = (a: StockLevel, b: StockLevel) => a.at > b.at || (a.at === b.at && a.seq > b.seq);

const newestOf = (levels: readonly StockLevel[]) => levels.reduce((a, b) => (isNewer(b, a) ? b : a));

/** Those of some reports that the units are the sum of. There is at least one. */
export function countedLevels(levels: readonly StockLevel[]): StockLevel[] {
  const namesLocations = new Set(
    levels.filter(({ location }) => location !== '').map(({ source }) => source),
  );
  const located = levels.filter(({ source }) => namesLocations.has(source));
  const whole = levels.filter(({ source }) => !namesLocations.has(source));
  if (located.length === 0 || whole.length === 0) return newestOfEach(levels);
  return newestOfEach(isNewer(newestOf(located), newestOf(whole)) ? located : whole);
}

/** Of each location the newest report, whoever made it. */
function newestOfEach(levels: readonly StockLevel[]): StockLevel[] {
  const byLocation = new Map<string, StockLevel>();
  for (const level of levels) {
    const known = byLocation.get(level.location);
    if (!known || isNewer(level, known)) byLocation.set(level.location, level);
  }
  return [...byLocation.values()];
}
