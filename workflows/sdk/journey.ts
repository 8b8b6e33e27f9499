import { isDateStart } from '../../src/define/date-start.ts';
import type { EventType, PropertyOf } from '../../src/define/event.ts';
import type { JourneyDefinition } from '../../src/define/journey.ts';
import type { ProductCrossing } from '../../src/define/product-crossing.ts';
import type { Projection } from '../../src/define/projection.ts';
import type { RunInput } from '../../src/domain/run-input.ts';
import type { Span } from '../../src/domain/span.ts';
import type { Shares } from '../../src/domain/split.ts';
import type { Declaration, Run } from './declaration.ts';
import { firstWait } from './first-wait.ts';
import type { JourneyRun } from './journey-run.ts';
import { carry } from './workflow.ts';

/** A definition before its export has given it a name and a version. */
export type UnnamedJourney = Omit<JourneyDefinition, 'name' | 'version' | 'workflowType'>;

/** A workflow for Temporal that knows its own definition. */
export interface JourneyWorkflow {
  (input: RunInput): Promise<string>;
  readonly definition: UnnamedJourney;
}

/**
 * Declares a journey: when it starts and ends, what bounds it, and its rule as one straight line of code.
 * Export the result from `workflows/index.ts`: the export's name is the journey's name, for ever.
 */
export function journey<
  const Starts extends EventType,
  const Ends extends Record<string, EventType> = Record<never, never>,
  const Hears extends Record<string, EventType> = Record<never, never>,
  const HearsOf extends Record<string, ProductCrossing> = Record<never, never>,
  const Carries extends PropertyOf<Starts> | PropertyOf<Ends[keyof Ends]> | PropertyOf<Hears[keyof Hears]> =
    never,
  const Holds extends Projection | null = null,
  Settings extends Record<string, Span | number> = Record<never, never>,
  const Splits extends Record<string, Shares> = Record<never, never>,
>(declared: Declaration<Starts, Ends, Hears, HearsOf, Carries, Holds, Settings, Splits>): JourneyWorkflow {
  const {
    starts,
    ends,
    hears = {},
    hearsOf,
    holds = null,
    settings = {},
    splits = {},
    lasts,
    cap,
  } = declared;
  const rules = { hears, hearsOf: hearsOf ?? {}, holds, lasts, settings, splits };
  // The one place where the typed run and the class behind it meet: the projection's reads are added when it is made.
  const run = (made: JourneyRun) =>
    declared.run(made as unknown as Run<Starts, Hears, HearsOf, Carries, Holds, Settings, Splits>);
  const definition: UnnamedJourney = {
    ...rules,
    starts,
    ends: ends ?? {},
    per: declared.per ?? (isDateStart(starts) ? 'occasion' : null),
    carries: declared.carries ?? [],
    again: declared.again ?? 'always',
    ...(declared.ranges ? { ranges: declared.ranges } : {}),
    fresh: declared.fresh ?? '1 day',
    onsite: declared.onsite ?? false,
    holdout: declared.holdout ?? 0,
    cap,
    firstWait: (input) => firstWait(rules, run, input),
  };
  return Object.assign((input: RunInput) => carry(rules, run, input), { definition });
}
