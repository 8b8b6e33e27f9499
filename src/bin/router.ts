import { checkedSegments } from '../define/checked-segments.ts';
import { describeWorkflows } from '../define/describe-workflow.ts';
import { loadConfig } from '../config.ts';
import { personas } from '../personas/index.ts';
import { indexJourneys } from '../routing/journey-index.ts';
import { indexHearers } from '../routing/product-hearers.ts';
import { indexSegments } from '../routing/segment-index.ts';
import { segments } from '../segments/index.ts';
import { countInCurrency } from '../segments/shop-currency.ts';
import {
  journeyDefinitions,
  journeyVersions,
  watchDefinitions,
  watchVersions,
} from '../../workflows/definitions.ts';
import { createRouter } from './create-router.ts';
import { runPart } from './run-part.ts';

/** The router: routing and dispatching. Several may run; one of them works, the others are spares. */
await runPart(() => {
  const config = loadConfig(process.env);
  countInCurrency(config.KAIROS_CURRENCY);
  return createRouter(config, {
    journeys: indexJourneys(journeyDefinitions()),
    watches: watchDefinitions(),
    hearers: indexHearers(journeyVersions()),
    segments: indexSegments(checkedSegments(segments, personas), personas),
    describe: describeWorkflows({ journeys: journeyVersions(), watches: watchVersions() }),
  });
});
