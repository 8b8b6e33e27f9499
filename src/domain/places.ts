/** More places than any list has customers. */
export const mostPlaces = 1_000_000_000;

/** Places that so many units make: whole ones, none below, and no more than there can be use for. */
export function placesOf(units: number, perUnit: number): number {
  return Math.min(mostPlaces, Math.max(0, Math.floor(units * perUnit)));
}

/** Places of a wave: those that the shelf makes; of an even wave so many, and no more than the shelf makes, if it is known. */
export function placesIn(
  { customers = mostPlaces, perUnit }: { customers?: number; perUnit?: number },
  units: number | null,
): number {
  const even = Math.ceil(customers);
  return perUnit === undefined || units === null ? even : Math.min(even, placesOf(units, perUnit));
}
