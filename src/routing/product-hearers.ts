import type { JourneyDefinition } from '../define/journey.ts';
import { crossingKey, type ProductCrossing } from '../define/product-crossing.ts';

/** Which journeys hear of what happens to products. Where none does, nothing is kept for it and nothing looked up. */
export interface ProductHearers {
  /** What any of them hears of, by its key. */
  crossings: ReadonlyMap<string, ProductCrossing>;
  /** Their versions, as `name/version`. */
  versions: readonly string[];
  /** What the code of a version calls a crossing; none if it does not hear of it. */
  namesOf(version: string, crossing: string): readonly string[];
}

/** @param journeys Every version that may have runs: those in flight finish on theirs. */
export function indexHearers(journeys: readonly JourneyDefinition[]): ProductHearers {
  const names = new Map<string, string[]>();
  const crossings = new Map<string, ProductCrossing>();
  const hearing = journeys.filter(({ hearsOf = {} }) => Object.keys(hearsOf).length > 0);
  for (const journey of hearing) {
    for (const [name, crossing] of Object.entries(journey.hearsOf!)) {
      const key = crossingKey(crossing);
      crossings.set(key, crossing);
      const place = placeOf(versionOf(journey), key);
      names.set(place, [...(names.get(place) ?? []), name]);
    }
  }
  return {
    crossings,
    versions: hearing.map(versionOf),
    namesOf: (version, crossing) => names.get(placeOf(version, crossing)) ?? [],
  };
}

export const versionOf = ({ name, version }: { name: string; version: number }) => `${name}/${version}`;

const placeOf = (version: string, crossing: string) => JSON.stringify([version, crossing]);

/** No journey hears of products. */
export const noHearers: ProductHearers = indexHearers([]);
