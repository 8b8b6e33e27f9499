import type { JourneyDefinition } from '../../src/define/journey.ts';

/** A journey as the gate knows it: nobody held out, a cap that is out of the way. */
export function testJourney(name: string, over: Partial<JourneyDefinition> = {}): JourneyDefinition {
  return {
    name,
    version: 1,
    workflowType: name,
    starts: { name: 'Product Added' },
    ends: {},
    hears: {},
    per: null,
    carries: [],
    holds: null,
    again: 'always',
    lasts: '10 days',
    fresh: '1 day',
    holdout: 0,
    cap: { sends: 100, within: '7 days' },
    settings: {},
    splits: {},
    firstWait: async () => null,
    ...over,
  };
}
