import { NativeConnection, Runtime } from '@temporalio/worker';
import { createChannels } from '../../activities/channels/create-channels.ts';
import { createJourneyActivities } from '../../activities/journey.ts';
import { createChannelActivities } from '../../activities/send.ts';
import { createWorkers, type QueueActivities } from '../../src/bin/create-workers.ts';
import { runPart } from '../../src/bin/run-part.ts';
import { temporalLogger } from '../../src/bin/temporal-logger.ts';
import { createClock } from '../../src/clock.ts';
import { loadConfig, type Config } from '../../src/config.ts';
import { connect } from '../../src/db/connect.ts';
import { readHome } from '../../src/db/home.ts';
import { createLog } from '../../src/log.ts';
import { messages } from '../../src/messages/index.ts';
import { renderMessage } from '../../src/messages/render.ts';
import { temporalTarget } from '../../src/temporal.ts';
import type { BareActivities } from '../bare.ts';
import { definitions } from '../definitions.ts';

/**
 * A worker with the benchmark's workflows. With `--bare` it carries the bare ones: the same workers with the same
 * settings in a process of their own, whose one activity only calls the provider.
 */
await runPart(async () => {
  const config = loadConfig(process.env);
  const { connectionOptions, namespace } = temporalTarget(process.env)!;
  Runtime.install({
    logger: temporalLogger(createLog('worker', config.KAIROS_LOG_LEVEL)),
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' } } },
  });
  const connection = await NativeConnection.connect(connectionOptions);
  const codePath = process.argv[process.argv.indexOf('--bundle') + 1]!;
  const { activities, end } = process.argv.includes('--bare') ? bare(config) : await kairos(config);
  const workers = await createWorkers({ connection, namespace, workflowBundle: { codePath } }, activities);
  const running = Promise.all(workers.map((worker) => worker.run()));
  return {
    stop: async () => {
      for (const worker of workers) worker.shutdown();
      await running;
      await connection.close();
      await end();
    },
  };
});

interface Carried {
  activities: QueueActivities;
  end: () => Promise<void>;
}

function channelsOf(config: Config): ReturnType<typeof createChannels> {
  return createChannels({ sandboxUrl: config.KAIROS_SANDBOX_URL, emailFrom: config.KAIROS_EMAIL_FROM });
}

async function kairos(config: Config): Promise<Carried> {
  const database = connect(config.DATABASE_URL!, { name: 'kairos worker' });
  const { scale, secret } = await readHome(database.sql);
  const clock = createClock(scale);
  const parts = { database, clock, secret, messages, definitions, render: renderMessage };
  return {
    activities: {
      journey: { ...createJourneyActivities({ database, clock }) },
      channel: { ...createChannelActivities({ ...parts, channels: channelsOf(config) }) },
    },
    end: () => database.end(),
  };
}

function bare(config: Config): Carried {
  const { email } = channelsOf(config);
  const sendMail: BareActivities['sendMail'] = async ({ to, id }) => {
    const content = { subject: 'Your cart', html: '<p>Kettle, 29.90</p>', text: 'Kettle, 29.90' };
    const outcome = await email!.send({ deliveryId: id, to, content });
    if (outcome.kind !== 'accepted') throw new Error(`The provider did not take it: ${outcome.kind}`);
    return outcome.providerId ?? '';
  };
  return { activities: { journey: {}, channel: { sendMail } }, end: async () => {} };
}
