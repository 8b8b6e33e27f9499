import { Client } from '@temporalio/client';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { createChannels, type ChannelsOptions } from '../../activities/channels/create-channels.ts';
import { withPlainFailures } from '../../activities/plain-failures.ts';
import { createJourneyActivities } from '../../activities/journey.ts';
import { createChannelActivities } from '../../activities/send.ts';
import { createPageActivities } from '../../activities/serve-page.ts';
import { createTurns, type Rates } from '../../activities/turns.ts';
import { createWatchActivities } from '../../activities/watch.ts';
import { createWeatherActivities } from '../../activities/weather.ts';
import { journeyVersions, watchVersions } from '../../workflows/definitions.ts';
import { createClock, type Clock } from '../clock.ts';
import { checkToSend } from '../check-config.ts';
import { loadConfig, type Config } from '../config.ts';
import { connect, type Database } from '../db/connect.ts';
import { readHome } from '../db/home.ts';
import { customerNames } from '../db/queries/customer-names.ts';
import { dropSubscriptions, liveSubscriptions } from '../db/queries/push-subscriptions.ts';
import { StartError } from '../errors.ts';
import { createLog, type Log } from '../log.ts';
import { checkContents } from '../messages/check-contents.ts';
import { contents, messages } from '../messages/index.ts';
import { renderMessage, type RenderInput } from '../messages/render.ts';
import { assertLinksWork } from '../public-links.ts';
import { countInCurrency } from '../segments/shop-currency.ts';
import { temporalTarget } from '../temporal.ts';
import { vapidOf } from '../vapid.ts';
import { keepWeatherSchedule } from '../weather-schedule.ts';
import { bundleWorkflows } from './bundle-workflows.ts';
import { createWorkers, type Bundled } from './create-workers.ts';
import { QueueRates } from './queue-rates.ts';
import { runPart, type RunningPart } from './run-part.ts';
import { temporalLogger } from './temporal-logger.ts';

/**
 * The worker: seven workers in one process, one for the journeys and one for each channel, whose queue has the rate
 * limit of its provider. `--bundle FILE` takes workflows that were bundled before; else they are bundled now.
 */
async function startWorker(): Promise<RunningPart> {
  const config = loadConfig(process.env);
  if (config.KAIROS_SANDBOX_URL === undefined) checkToSend(config);
  countInCurrency(config.KAIROS_CURRENCY);
  assertLinksWork(config);
  const target = temporalTarget(process.env);
  if (!config.DATABASE_URL) throw new StartError('DATABASE_URL is not set: the worker needs the database.');
  if (!target) throw new StartError('TEMPORAL_ADDRESS is not set: the worker needs Temporal.');
  const log = createLog('worker', config.KAIROS_LOG_LEVEL);
  Runtime.install({
    logger: temporalLogger(log),
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' } } },
  });
  const database = connect(config.DATABASE_URL, { name: 'kairos worker' });
  const [connection, workflowBundle] = await Promise.all([
    untilAnswered(log, 'Temporal', () => NativeConnection.connect(target.connectionOptions)),
    bundle(),
    checkContents(contents),
  ]);
  const place = { connection, namespace: target.namespace, workflowBundle };
  const queueRates = new QueueRates(place, { sql: database.sql, log });
  const activities = await activitiesOn(database, { config, log, rates: () => queueRates.rates });
  // Before anything is sent: no worker is faster than it may be.
  await untilAnswered(log, 'the database', () => queueRates.look());
  const client = new Client({ connection, namespace: target.namespace });
  await untilAnswered(log, 'Temporal', () => keepWeatherSchedule(client, config.WEATHER_REGIONS ?? []));
  const stopping = new AbortController();
  const keeping = queueRates.keep(stopping.signal);
  const workers = await createWorkers(place, activities);
  const running = Promise.all(workers.map((worker) => worker.run()));
  running.catch((error: unknown) => {
    log.fatal({ err: error }, 'a worker failed');
    process.exit(1);
  });
  return {
    stop: async () => {
      stopping.abort();
      for (const worker of workers) worker.shutdown();
      await Promise.all([running, keeping]);
      await connection.close();
      await database.end();
    },
  };
}

async function activitiesOn(
  database: Database,
  { config, log, rates }: { config: Config; log: Log; rates: () => Rates },
) {
  const { scale, secret } = await untilAnswered(log, 'the database', () => readHome(database.sql));
  const clock = createClock(scale);
  const common = { database, clock, watches: watchVersions(), currency: config.KAIROS_CURRENCY };
  const sending = {
    ...common,
    secret,
    publicUrl: config.KAIROS_PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`,
    messages,
    turns: createTurns(common, rates),
    channels: createChannels(channelsOptions(config, database, clock)),
    render: (input: RenderInput) => renderMessage({ ...input, postalAddress: config.KAIROS_POSTAL_ADDRESS }),
  };
  return {
    journey: withPlainFailures({
      ...createJourneyActivities(common),
      ...createWatchActivities(common),
      ...createWeatherActivities({ database, clock, url: config.WEATHER_URL }),
    }),
    channel: withPlainFailures({
      ...createChannelActivities({ ...sending, definitions: journeyVersions() }),
      ...createPageActivities(sending),
    }),
  };
}

function channelsOptions(config: Config, { sql, db }: Database, clock: Clock): ChannelsOptions {
  const { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_MESSAGING_SERVICE_SID } = config;
  const twilio =
    TWILIO_ACCOUNT_SID && TWILIO_AUTH_TOKEN && TWILIO_MESSAGING_SERVICE_SID
      ? {
          accountSid: TWILIO_ACCOUNT_SID,
          authToken: TWILIO_AUTH_TOKEN,
          messagingServiceSid: TWILIO_MESSAGING_SERVICE_SID,
        }
      : undefined;
  return {
    sandboxUrl: config.KAIROS_SANDBOX_URL,
    sendgrid: config.SENDGRID_API_KEY ? { apiKey: config.SENDGRID_API_KEY } : undefined,
    smtp: config.SMTP_URL ? { url: config.SMTP_URL } : undefined,
    twilio,
    emailFrom: config.KAIROS_EMAIL_FROM,
    publicUrl: config.KAIROS_PUBLIC_URL,
    vapid: vapidOf(config) ?? undefined,
    subscriptions: {
      of: (customerId) => liveSubscriptions(sql, customerId),
      drop: (ids) => dropSubscriptions(sql, ids, clock.now()),
    },
    webhook: webhookOf(config),
    names: (customerId) => customerNames(db, customerId),
    clock,
    onsite: { sql, clock },
  };
}

function webhookOf({ KAIROS_WEBHOOK_URL: url, KAIROS_WEBHOOK_SECRET: secret }: Config) {
  if (!url && !secret) return undefined;
  if (url && secret) return { url, secret };
  throw new StartError(
    'KAIROS_WEBHOOK_URL and KAIROS_WEBHOOK_SECRET go together: set both, or neither. What is not signed nobody can trust.',
  );
}

async function bundle(): Promise<Bundled['workflowBundle']> {
  const flag = process.argv.indexOf('--bundle');
  const codePath = flag < 0 ? undefined : process.argv[flag + 1];
  return codePath ? { codePath } : { code: await bundleWorkflows() };
}

/** Asks again, after half a second and then longer, until what the worker needs is there. */
async function untilAnswered<T>(log: Log, what: string, ask: () => Promise<T>): Promise<T> {
  for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, 5_000)) {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof StartError) throw error;
      log.warn({ err: error }, `${what} does not answer; asking again in ${pauseMs} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

await runPart(startWorker);
