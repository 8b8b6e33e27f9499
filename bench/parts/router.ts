import { Client } from '@temporalio/client';
import { runPart } from '../../src/bin/run-part.ts';
import { createClock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config.ts';
import { connect } from '../../src/db/connect.ts';
import { awaitHome } from '../../src/db/home.ts';
import { staticSummary } from '../../src/define/journey-summary.ts';
import { createLog } from '../../src/log.ts';
import { indexJourneys } from '../../src/routing/journey-index.ts';
import { noSegments } from '../../src/routing/segment-index.ts';
import { startRouting } from '../../src/routing/start-routing.ts';
import { lazyConnection, temporalTarget } from '../../src/temporal.ts';
import { definitions } from '../definitions.ts';

/** Kairos's router as `src/bin/router.ts` wires it, with the benchmark's journeys. */
await runPart(async () => {
  const config = loadConfig(process.env);
  const target = temporalTarget(process.env)!;
  const database = connect(config.DATABASE_URL!, { name: 'kairos router', max: 5 });
  const { scale, secret } = await awaitHome(database.sql);
  const clock = createClock(scale);
  const connection = lazyConnection(target.connectionOptions);
  const client = new Client({ connection, namespace: target.namespace });
  const routing = await startRouting({
    routing: {
      sql: database.sql,
      clock,
      journeys: indexJourneys(definitions),
      watches: [],
      segments: noSegments,
      currency: config.KAIROS_CURRENCY,
      secret,
    },
    dispatching: {
      client,
      describe: (name) => {
        const journey = definitions.find((one) => one.name === name);
        return journey ? { workflowType: journey.workflowType, summary: staticSummary(journey) } : null;
      },
    },
    log: createLog('router', config.KAIROS_LOG_LEVEL),
  });
  return {
    stop: async () => {
      await routing.stop();
      await connection.close();
      await database.end();
    },
  };
});
