import { releaseRuns } from '../db/queries/held-runs.ts';
import { runsHeldForStreams } from '../db/queries/onsite-held-runs.ts';
import type { DueWork } from './due.ts';
import type { JourneyIndex } from './journey-index.ts';

/**
 * Lets runs begin that were held because nobody could reach their visitor, whose page listens now: those of journeys
 * that send to pages. Under the lock of routing, so that a start which is routed meanwhile either sees the stream or is
 * seen here.
 */
export const releaseRunsOnSite: DueWork = async (tx, { clock, journeys }, limit) => {
  const names = namesOnSite(journeys);
  if (names.length === 0) return { done: 0, dispatches: 0 };
  const { streams, runIds } = await runsHeldForStreams(tx, { names, at: clock.now(), limit });
  await releaseRuns(tx, runIds);
  return { done: streams, dispatches: runIds.length };
};

function namesOnSite(journeys: JourneyIndex): string[] {
  const names = [...journeys.values()].flat().flatMap(({ journey }) => (journey.onsite ? journey.name : []));
  return [...new Set(names)];
}
