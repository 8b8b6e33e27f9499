/** Things of which many are alike. */
export interface Kinds<T> {
  /** Each kind once, in the order in which they came. */
  kinds: T[];
  /** Of each thing, the place of its kind. */
  places: number[];
}

/** Tells apart what differs as JSON: a statement about a thousand rows need not say a thousand times what is said of all. */
export function kindsOf<T>(things: readonly T[]): Kinds<T> {
  const placeOf = new Map<string, number>();
  const kinds: T[] = [];
  const places = things.map((thing) => {
    const text = JSON.stringify(thing);
    const place = placeOf.get(text) ?? kinds.push(thing) - 1;
    placeOf.set(text, place);
    return place;
  });
  return { kinds, places };
}
