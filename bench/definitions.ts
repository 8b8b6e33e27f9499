import { journeyVersions } from '../workflows/definitions.ts';
import { benchAsleep, benchAwake, benchCart, benchEnded, benchWaiting } from './journeys.ts';

/** The benchmark's journeys, checked and named as the product's are. */
export const definitions = journeyVersions({ benchAsleep, benchAwake, benchCart, benchEnded, benchWaiting });
