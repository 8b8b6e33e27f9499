import proto from '@temporalio/proto';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { QueueRates, type QueuePlace } from '../../src/bin/queue-rates.ts';
import { createClock } from '../../src/clock.ts';
import { channelQueue, journeyQueue, type Channel } from '../../src/domain/task-queues.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { silentLog } from '../../src/log.ts';
import { startWorkers } from '../../testing/workers.ts';
import { testApi } from '../support/api.ts';
import { bundleFixtures } from '../support/bundle-fixtures.ts';
import { testDatabase } from '../support/database.ts';
import { devServer } from '../support/dev-server.ts';
import { eventually } from '../support/eventually.ts';
import { recordingChannels } from '../support/recording-channels.ts';

const taskQueueType = proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY;
const sends = 24;

test('a rate that is set while Kairos runs slows its channel and no other, and lifting it lets the rest go', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database });
  await using temporal = await devServer();
  const place = { connection: temporal.nativeConnection, namespace: 'default' };
  let updates = 0;
  const counted: QueuePlace = {
    namespace: 'default',
    connection: {
      workflowService: Object.create(place.connection.workflowService, {
        updateTaskQueueConfig: {
          value: (asked: never) => {
            updates += 1;
            return place.connection.workflowService.updateTaskQueueConfig(asked);
          },
        },
      }) as QueuePlace['connection']['workflowService'],
    },
  };
  // Two processes of workers, each of which sees to it.
  const both = [1, 2].map(() => new QueueRates(counted, { sql: database.sql, log: silentLog }));
  const look = async () => {
    for (const each of both) await each.look();
  };
  const limitOf = async (channel: Channel) => {
    const { config } = await place.connection.workflowService.describeTaskQueue({
      ...{ namespace: 'default', taskQueueType, reportConfig: true },
      taskQueue: { name: channelQueue[channel] },
    });
    return config?.queueRateLimit?.rateLimit?.requestsPerSecond ?? null;
  };
  await look();
  expect(updates).toBe(0);

  const { asked, activities } = recordingChannels(createClock(realTime));
  const stop = await startWorkers({
    ...{ environment: temporal, workflowBundle: await bundleFixtures('callers.ts') },
    ...{ journey: {}, channel: activities },
  });
  const sentBy = (channel: Channel) => asked.filter((ask) => ask.channel === channel).length;
  const start = (channel: Channel) =>
    temporal.client.workflow.start('caller', {
      ...{ workflowId: channel, taskQueue: journeyQueue, args: [{ channel, sends }] },
    });
  await api.put('/v1/channels/email/settings', { perSecond: 0.05 });
  await look();
  expect([await limitOf('email'), await limitOf('sms'), updates]).toEqual([Math.fround(0.05), null, 1]);
  await Promise.all([start('email'), start('sms')]);
  await eventually('all by the other channel', () => sentBy('sms') === sends);
  // At three a minute all would take eight minutes; one for each of the queue's partitions goes at once.
  expect(sentBy('email')).toBeLessThan(sends / 2);

  await api.put('/v1/channels/email/settings', { perSecond: null });
  await look();
  expect([await limitOf('email'), updates]).toEqual([null, 2]);
  await eventually('the rest', () => sentBy('email') === sends);
  await stop();
});

test('a Temporal that takes no limits is complained of, and nothing else stops', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database });
  const lines: string[] = [];
  const refusing = () => Promise.reject(new Error('12 UNIMPLEMENTED'));
  const rates = new QueueRates(
    {
      namespace: 'default',
      connection: { workflowService: { describeTaskQueue: refusing } as never },
    },
    { sql: database.sql, log: pino({}, { write: (line) => void lines.push(line) }) },
  );
  await api.put('/v1/channels/sms/settings', { perSecond: 7 });
  await rates.look();
  await rates.look();
  expect(rates.rates).toEqual(new Map([['sms', 7]]));
  expect(lines.filter((line) => line.includes('"channel":"sms"'))).toHaveLength(1);
});
