import { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { NativeConnection, Runtime } from '@temporalio/worker';
import type { ChannelAdapter } from '../../activities/channels/channel.ts';
import { withPlainFailures } from '../../activities/plain-failures.ts';
import { createJourneyActivities } from '../../activities/journey.ts';
import { createChannelActivities } from '../../activities/send.ts';
import { createClock } from '../../src/clock.ts';
import { describeWorkflows } from '../../src/define/describe-workflow.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { temporalLogger } from '../../src/bin/temporal-logger.ts';
import { createLog, silentLog, type Log } from '../../src/log.ts';
import { atTheBeginning, keepOnce } from '../../src/routing/keeper.ts';
import { startRouting } from '../../src/routing/start-routing.ts';
import { lazyConnection } from '../../src/temporal.ts';
import { journeyDefinitions, type Exported } from '../../workflows/definitions.ts';
import { testDatabase } from './database.ts';
import { eventually } from './eventually.ts';
import { startWorkers } from './journey-workers.ts';
import { acceptEvents, routingOver, type GivenEvent } from './routing.ts';
import { channelsOf } from './channels-of.ts';

/** What Temporal's workers had to say, as production writes it down: see `temporalLogger`. */
export const workerLog: string[] = [];
const kept = createLog('worker', 'info', { write: (line) => void workerLog.push(line) });
Runtime.install({ logger: temporalLogger(kept), telemetryOptions: { logging: { filter: 'OFF' } } });

/** Somebody who can be reached by e-mail, and has agreed. */
export const known = (userId: string): GivenEvent => ({
  kind: 'identify',
  userId,
  traits: { email: `${userId}@example.test` },
  context: { consent: { channels: { email: true } } },
});

/**
 * All of Kairos but the API, in this process and in real time: a database, routing, and workers with the real gate, on
 * a Temporal at an address. The providers take everything and keep whom they were told to write to.
 */
export async function kairosOn(
  address: string,
  given: {
    exported: Exported;
    workflowBundle: string;
    routers?: number;
    /** Silent when none is given. */
    log?: Log;
    /** In place of a provider of e-mail that takes everything. */
    send?: ChannelAdapter['send'];
  },
) {
  const database = await testDatabase();
  const { sql } = database;
  const clock = createClock(realTime);
  const journeys = journeyDefinitions(given.exported);
  const connection = lazyConnection({ address });
  const client = new Client({ connection });
  const describe = describeWorkflows({ journeys, watches: [] });
  const routing = { ...routingOver(sql, journeys).context, clock };
  const started = await Promise.all(
    Array.from({ length: given.routers ?? 1 }, () =>
      startRouting({ routing, dispatching: { client, describe }, log: given.log ?? silentLog }),
    ),
  );
  const sent: string[] = [];
  const nativeConnection = await NativeConnection.connect({ address });
  const stopWorkers = await startWorkers({
    // Of an environment workers need only where it is.
    environment: { nativeConnection, namespace: 'default' } as TestWorkflowEnvironment,
    workflowBundle: given.workflowBundle,
    journey: withPlainFailures(createJourneyActivities({ database, clock })),
    channel: withPlainFailures(
      createChannelActivities({
        database,
        clock,
        secret: 'secret of the test',
        definitions: journeys,
        channels: {
          ...channelsOf(() => null),
          email: {
            channel: 'email',
            send: (message, signal) => {
              const providerId = `p-${sent.push(message.to)}`;
              return given.send?.(message, signal) ?? Promise.resolve({ kind: 'accepted', providerId });
            },
          },
        },
        render: ({ message }) => ({ subject: message.name, html: '', text: '' }),
      }),
    ),
  });
  const place = atTheBeginning();
  const keep = () => keepOnce({ sql, client, clock, log: silentLog, onDispatches: () => {} }, place);
  const rows = () =>
    sql<{ key: string; state: string; outcome: string | null; workflowId: string }[]>`
      select key, state, outcome, workflow_id as "workflowId" from runs order by key`;
  const run = async (key: string) => (await rows()).find((row) => row.key === key);
  return {
    database,
    sql,
    client,
    clock,
    sent,
    keep,
    rows,
    post: (...events: GivenEvent[]) => acceptEvents(sql, clock, events),
    handle: async (key: string) => client.workflow.getHandle((await run(key))!.workflowId),
    ledger: () => sql`
      select r.key, d.nth, d.state, d.reason from deliveries d join runs r on r.id = d.run_id order by r.key, d.nth`,
    closed: (key: string) =>
      eventually(`the end of ${key}`, async () => ((await run(key))?.state === 'closed' ? run(key) : null)),
    /** Everything is routed and Temporal was told everything. */
    settled: () =>
      eventually(
        'nothing is left to route or to tell',
        async () =>
          (
            await sql`select from unrouted union all select from dispatches where done_at is null and not held`
          ).length === 0,
      ),
    async [Symbol.asyncDispose]() {
      for (const one of started) await one.stop();
      await stopWorkers();
      await nativeConnection.close();
      await connection.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

export type KairosOn = Awaited<ReturnType<typeof kairosOn>>;
