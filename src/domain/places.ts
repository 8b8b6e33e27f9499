/** More places than any list has customers. */
export const mostPlaces = 1_000_000_000;

/** Places that so many units make: whole ones, none below, and no more than there can be use for. */
export function placesOf(units: number, perUnit: number): number {
  return Math.min(mostPlaces, Math.max(0, Math.floor(units * perUnit)));
}

/**
 * How many may still be told in a wave: of its places those that nobody used, as far as the shelf still allows them.
 * What came to the shelf since the wave began waits for the next.
 */
export function placesLeft(
  wave: { places: number; used: number },
  shelf: { units: number; perUnit: number },
): number {
  return Math.max(0, Math.min(wave.places - wave.used, placesOf(shelf.units, shelf.perUnit)));
}
