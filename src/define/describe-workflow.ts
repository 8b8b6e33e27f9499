import { staticSummary } from './journey-summary.ts';
import type { JourneyDefinition } from './journey.ts';
import { watchSummary } from './watch-summary.ts';
import type { WatchDefinition } from './watch.ts';

/**
 * The workflow type of a version of a journey or watch, and the static summary of a run; null when the code has no such
 * version. The subject of a watch's run as it may stand in Temporal.
 */
export type DescribeWorkflow = (
  name: string,
  version: number,
  subject?: string | null,
) => { workflowType: string; summary: string } | null;

/** Describes the workflows of these versions. */
export function describeWorkflows(versions: {
  journeys: readonly JourneyDefinition[];
  watches: readonly WatchDefinition[];
}): DescribeWorkflow {
  return (name, version, subject = null) => {
    const is = (one: { name: string; version: number }) => one.name === name && one.version === version;
    const journey = versions.journeys.find(is);
    if (journey) return { workflowType: journey.workflowType, summary: staticSummary(journey) };
    const watch = versions.watches.find(is);
    return watch ? { workflowType: watch.workflowType, summary: watchSummary(watch, subject) } : null;
  };
}
