import { substituteSettings } from '../../src/define/watch-substitutes.ts';
import type { CrossingOf, WatchDefinition } from '../../src/define/watch.ts';
import { isPriceAudience } from '../../src/define/price-audience.ts';
import type { Span } from '../../src/domain/span.ts';
import type { WatchInput } from '../../src/domain/watch-input.ts';
import type { WatchDeclaration, WatchSteps } from './watch-declaration.ts';
import type { WatchRun } from './watch-run.ts';
import { carryWatch } from './watch-workflow.ts';

/** A definition before its export has given it a name and a version. */
export type UnnamedWatch = Omit<WatchDefinition, 'name' | 'version' | 'workflowType'>;

/** A workflow for Temporal that knows its own definition. */
export interface WatchWorkflow {
  (input: WatchInput): Promise<string>;
  readonly definition: UnnamedWatch;
}

/**
 * Declares a watch on the world: what wakes it, whom it serves and how many at once, and its rule as one straight line
 * of code. Export the result from `workflows/index.ts`: the export's name is the watch's name, for ever.
 */
export function watch<
  const Subject extends string,
  const Wakes extends Record<string, CrossingOf<NoInfer<Subject>>>,
  Settings extends Record<string, Span | number> = Record<never, never>,
>(declared: WatchDeclaration<Subject, Wakes, Settings>): WatchWorkflow {
  const { subject, wakes, waiting = null, audience = null, again = null, holdout = 0, wave } = declared;
  const settings: Record<string, Span | number> = { ...declared.settings };
  const definition: UnnamedWatch = {
    ...{ subject, wakes, waiting, audience, again, holdout, wave },
    ...(declared.lasts ? { lasts: declared.lasts } : {}),
    ...(declared.competing ? { competing: declared.competing } : {}),
    ...(declared.opens ? { opens: declared.opens } : {}),
    ...(declared.ranges ? { ranges: declared.ranges } : {}),
    settings: {
      ...{ ...wave, ...substituteSettings(waiting ?? {}) },
      ...(isPriceAudience(audience) ? audience.settings : {}),
      ...settings,
    },
  };
  // The one place where the typed run and the class behind it meet.
  const run = (made: WatchRun) => declared.run(made as unknown as WatchSteps<Wakes, Settings>);
  const within = declared.competing?.within ?? null;
  const { lasts = null } = declared;
  const rules = { wakes, settings, gathers: audience !== null, again, within, lasts };
  return Object.assign((input: WatchInput) => carryWatch(rules, run, input), { definition });
}
