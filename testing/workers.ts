import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { channelQueue, channels, journeyQueue } from '../src/domain/task-queues.ts';

export interface JourneyWork {
  environment: TestWorkflowEnvironment;
  /** That of the environment, if not said. */
  namespace?: string;
  /** Where the bundle of workflows lies. */
  workflowBundle: string;
  /** Activities on the queue of the journeys, and on those of the channels. */
  journey: object;
  channel: object;
}

/** Workers on the journeys' queue and on every channel's; ends them when called. */
export async function startWorkers(work: JourneyWork): Promise<() => Promise<void>> {
  const { nativeConnection: connection } = work.environment;
  const namespace = work.namespace ?? work.environment.namespace ?? 'default';
  const common = { connection, namespace, identity: 'test' };
  const journeys = Worker.create({
    ...common,
    taskQueue: journeyQueue,
    workflowBundle: { codePath: work.workflowBundle },
    activities: work.journey,
    // Without a cache there is no sticky queue, in which a task would wait for workers that a test has stopped.
    maxCachedWorkflows: 0,
    // One task at a time: of more, without a cache, the SDK now and then forgets one until its ten seconds are over.
    maxConcurrentWorkflowTaskExecutions: 1,
    workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 1 },
  });
  const byChannel = channels.map((channel) =>
    Worker.create({ ...common, taskQueue: channelQueue[channel], activities: work.channel }),
  );
  const workers = await Promise.all([journeys, ...byChannel]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  return async () => {
    for (const worker of workers) worker.shutdown();
    await running;
  };
}
