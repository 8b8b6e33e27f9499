import { Client } from '@temporalio/client';
import { checkedSegments } from '../define/checked-segments.ts';
import { describeWorkflows } from '../define/describe-workflow.ts';
import { loadConfig } from '../config.ts';
import { createClock } from '../clock.ts';
import { connect } from '../db/connect.ts';
import { awaitHome } from '../db/home.ts';
import { StartError } from '../errors.ts';
import { createLog } from '../log.ts';
import { personas } from '../personas/index.ts';
import { indexJourneys } from '../routing/journey-index.ts';
import { indexSegments } from '../routing/segment-index.ts';
import { startRouting } from '../routing/start-routing.ts';
import { segments } from '../segments/index.ts';
import { lazyConnection, temporalTarget } from '../temporal.ts';
import {
  journeyDefinitions,
  journeyVersions,
  watchDefinitions,
  watchVersions,
} from '../../workflows/definitions.ts';
import { runPart, type RunningPart } from './run-part.ts';

/** The router: routing and dispatching. Several may run; one of them works, the others are spares. */
async function startRouter(): Promise<RunningPart> {
  const config = loadConfig(process.env);
  const target = temporalTarget(process.env);
  if (!config.DATABASE_URL) throw new StartError('DATABASE_URL is not set: the router needs the database.');
  if (!target) throw new StartError('TEMPORAL_ADDRESS is not set: the router needs Temporal.');
  const log = createLog('router', config.KAIROS_LOG_LEVEL);
  // Of these, dispatching, keeping and computing segments hold one each with their lock.
  const database = connect(config.DATABASE_URL, { name: 'kairos router', max: 8 });
  const { scale, secret } = await awaitHome(database.sql);
  const clock = createClock(scale);
  // Lazy: a router starts, and routes, whether or not Temporal is there.
  const connection = lazyConnection(target.connectionOptions);
  const client = new Client({ connection, namespace: target.namespace });
  const routing = await startRouting({
    routing: {
      sql: database.sql,
      clock,
      journeys: indexJourneys(journeyDefinitions()),
      watches: watchDefinitions(),
      segments: indexSegments(checkedSegments(segments, personas), personas),
      currency: config.KAIROS_CURRENCY,
      secret,
    },
    dispatching: {
      client,
      describe: describeWorkflows({ journeys: journeyVersions(), watches: watchVersions() }),
    },
    log,
  });
  return {
    stop: async () => {
      await routing.stop();
      await connection.close();
      await database.end();
    },
  };
}

await runPart(startRouter);
