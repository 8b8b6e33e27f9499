import { inject } from 'vitest';
import type { KeptForJourneys } from '../src/define/check-derived.ts';
import type { JourneyDefinition } from '../src/define/journey.ts';
import type { Segment } from '../src/define/segment.ts';
import type { WatchDefinition } from '../src/define/watch.ts';
import { personas } from '../src/personas/index.ts';
import { segments } from '../src/segments/index.ts';
import {
  journeyDefinitions,
  journeyVersions,
  watchDefinitions,
  watchVersions,
  type Exported,
} from '../workflows/definitions.ts';
import { bundleOf } from './bundle.ts';

/** What a test changes about the journeys and watches that it starts. */
export interface DeclaredOptions {
  /** The module that exports the journeys and watches; `workflows/index.ts` if not said. */
  workflows?: URL;
  /** Those that start, by their names; all of them if not said. Others would share the customer's caps. */
  only?: readonly string[];
  /** Every customer is held out; if not said none is, so that a test knows whom it tells of. */
  heldOut?: boolean;
  /** Whether a run that begins with a wait sleeps it away before its first task, as in production; so if not said. */
  asleep?: boolean;
  /** Segments of the test's own, beside those there are. */
  segments?: readonly Segment[];
}

/** Journeys and watches as a test wants them. */
export interface Declared {
  /** Where the bundle for Temporal's sandbox lies. */
  bundle: string;
  /** Every version: who sends for runs in flight needs them. */
  versions: { journeys: JourneyDefinition[]; watches: WatchDefinition[] };
  /** What routing starts. */
  started: { journeys: JourneyDefinition[]; watches: WatchDefinition[] };
  /** What routing keeps. */
  kept: KeptForJourneys;
}

/** @throws Error when `only` names what there is not. */
export async function declaredIn(options: DeclaredOptions): Promise<Declared> {
  const { workflows, only, heldOut = false, asleep = true } = options;
  const kept = { segments: [...segments, ...(options.segments ?? [])], personas };
  const module = workflows ?? new URL('../workflows/index.ts', import.meta.url);
  const exported = (await import(module.href)) as Exported;
  const holdout = heldOut ? 1 : 0;
  const journeyOf = (one: JourneyDefinition) => ({
    ...one,
    holdout,
    ...(asleep ? {} : { firstWait: async () => null }),
  });
  const watchOf = (one: WatchDefinition) => ({ ...one, holdout });
  const newest = { journeys: journeyDefinitions(exported, kept), watches: watchDefinitions(exported, kept) };
  refuseUnknown(only, [...newest.journeys, ...newest.watches]);
  const isStarted = ({ name }: { name: string }) => only?.includes(name) ?? true;
  return {
    kept,
    bundle: workflows ? await bundleOf(workflows) : inject('workflowBundle'),
    versions: {
      journeys: journeyVersions(exported, kept).map(journeyOf),
      watches: watchVersions(exported, kept).map(watchOf),
    },
    started: {
      journeys: newest.journeys.filter(isStarted).map(journeyOf),
      watches: newest.watches.filter(isStarted).map(watchOf),
    },
  };
}

function refuseUnknown(only: readonly string[] | undefined, known: readonly { name: string }[]): void {
  const names = known.map(({ name }) => name);
  const unknown = only?.filter((name) => !names.includes(name)) ?? [];
  if (unknown.length === 0) return;
  throw new Error(`There is no journey or watch ${unknown.join(', ')}; there is ${names.join(', ')}.`);
}
