/** What the benchmark's workers carry: journeys and, beside them, bare workflows. None of it is the product's. */
export { bareAsleep, bareAwake, bareEnded, bareOnce, bareWaiting } from './bare.ts';
export { benchAsleep, benchAwake, benchCart, benchEnded, benchWaiting } from './journeys.ts';
