import type { JourneyDefinition } from '../../src/define/journey.ts';
import { journeyDefinitions } from '../../workflows/definitions.ts';

/** The journey that most tests are about, alone: what authors add must not change what those tests see. */
export const abandonedCart: JourneyDefinition = journeyDefinitions().find(
  ({ name }) => name === 'abandonedCart',
)!;
