import { Client } from '@temporalio/client';
import type { Config } from '../config.ts';
import { createClock } from '../clock.ts';
import { connect } from '../db/connect.ts';
import { awaitHome } from '../db/home.ts';
import { StartError } from '../errors.ts';
import { createLog } from '../log.ts';
import type { DescribeWorkflow } from '../define/describe-workflow.ts';
import type { RoutingContext } from '../routing/route-batch.ts';
import { startRouting } from '../routing/start-routing.ts';
import { lazyConnection, temporalTarget } from '../temporal.ts';
import type { RunningPart } from './run-part.ts';

/** What a router routes by, and how it describes what it starts. */
export interface RouterRules extends Pick<RoutingContext, 'journeys' | 'watches' | 'segments' | 'hearers'> {
  describe: DescribeWorkflow;
}

/**
 * A router on the database and the Temporal of the environment; it starts, and routes, whether or not Temporal is there.
 * @throws StartError when the environment names no database, or no Temporal.
 */
export async function createRouter(
  config: Config,
  { describe, ...rules }: RouterRules,
): Promise<RunningPart> {
  const target = temporalTarget(process.env);
  if (!config.DATABASE_URL) throw new StartError('DATABASE_URL is not set: the router needs the database.');
  if (!target) throw new StartError('TEMPORAL_ADDRESS is not set: the router needs Temporal.');
  // Of these, dispatching, keeping and computing segments hold one each with their lock.
  const database = connect(config.DATABASE_URL, { name: 'kairos router', max: 8 });
  const { scale, secret } = await awaitHome(database.sql);
  const connection = lazyConnection(target.connectionOptions);
  const client = new Client({ connection, namespace: target.namespace });
  const clock = createClock(scale);
  const routing = await startRouting({
    routing: { sql: database.sql, clock, currency: config.KAIROS_CURRENCY, secret, ...rules },
    dispatching: { client, describe },
    log: createLog('router', config.KAIROS_LOG_LEVEL),
  });
  return {
    stop: async () => {
      await routing.stop();
      await connection.close();
      await database.end();
    },
  };
}
