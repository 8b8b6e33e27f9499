import type { JourneyDefinition } from '../define/journey.ts';

/** What one event name can do to the runs of one journey. */
export interface Concern {
  journey: JourneyDefinition;
  /** The outcome it ends a run with, or null. */
  endsWith: string | null;
  hears: boolean;
  starts: boolean;
  /** It counts as activity: a quiet time begins anew. */
  isActivity: boolean;
}

/** Which journeys an event concerns, by its name: an event of any other name costs no look at runs at all. */
export type JourneyIndex = ReadonlyMap<string, readonly Concern[]>;

export function indexJourneys(journeys: readonly JourneyDefinition[]): JourneyIndex {
  const index = new Map<string, Concern[]>();
  for (const journey of journeys) {
    for (const name of namesOf(journey)) {
      index.set(name, [...(index.get(name) ?? []), concernOf(journey, name)]);
    }
  }
  return index;
}

function namesOf(journey: JourneyDefinition): Set<string> {
  return new Set([
    journey.starts.name,
    ...Object.values(journey.ends).map((event) => event.name),
    ...Object.values(journey.hears).map((event) => event.name),
    ...(journey.holds?.changedBy ?? []),
  ]);
}

function concernOf(journey: JourneyDefinition, name: string): Concern {
  const ending = Object.entries(journey.ends).find(([, event]) => event.name === name);
  const starts = journey.starts.name === name;
  return {
    journey,
    endsWith: ending?.[0] ?? null,
    hears: Object.values(journey.hears).some((event) => event.name === name),
    starts,
    isActivity: starts || (journey.holds?.changedBy.includes(name) ?? false),
  };
}
