import { createRouter } from '../../src/bin/create-router.ts';
import { runPart } from '../../src/bin/run-part.ts';
import { loadConfig } from '../../src/config.ts';
import { describeWorkflows } from '../../src/define/describe-workflow.ts';
import { indexJourneys } from '../../src/routing/journey-index.ts';
import { indexHearers } from '../../src/routing/product-hearers.ts';
import { noSegments } from '../../src/routing/segment-index.ts';
import { definitions } from '../definitions.ts';

/** Kairos's router with the benchmark's journeys. */
await runPart(() =>
  createRouter(loadConfig(process.env), {
    journeys: indexJourneys(definitions),
    watches: [],
    hearers: indexHearers(definitions),
    segments: noSegments,
    describe: describeWorkflows({ journeys: definitions, watches: [] }),
  }),
);
