import { Worker, type WorkerOptions } from '@temporalio/worker';
import { channelQueue, channels, journeyQueue } from '../domain/task-queues.ts';

/** Workflows kept in memory between two tasks, about 0.3 MB each; any other is read again from its history. */
const maxCachedWorkflows = 400;

/** Activities at once on each queue. More would only wait for the pool of connections, or for the provider. */
const maxConcurrentActivityTaskExecutions = 40;

/**
 * What is under way when the worker stops has this long; then calls are cut off, and are `unknown` if they had left.
 * Longer than a call to a provider may take (10 s), so that one whose gate has only just been passed ends by itself.
 */
const bounds = { shutdownGraceTime: 15_000, shutdownForceTime: 20_000 };

export type Bundled = Required<Pick<WorkerOptions, 'connection' | 'namespace' | 'workflowBundle'>>;

/** The activities of the journeys' queue, and those of each channel's. */
export interface QueueActivities {
  journey: object;
  channel: object;
}

/** Workers for one process: one for the journeys, one for each channel, whose queue has its provider's rate limit. */
export function createWorkers(
  { workflowBundle, ...place }: Bundled,
  activities: QueueActivities,
): Promise<Worker[]> {
  const common = { ...place, maxConcurrentActivityTaskExecutions, ...bounds };
  const journeys = Worker.create({
    ...common,
    workflowBundle,
    taskQueue: journeyQueue,
    activities: activities.journey,
    maxCachedWorkflows,
    // The older `maxConcurrentWorkflowTaskPolls` is read by nobody in this SDK.
    workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 5 },
    activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 5 },
  });
  const byChannel = channels.map((channel) =>
    Worker.create({
      ...common,
      taskQueue: channelQueue[channel],
      activities: activities.channel,
      activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 },
    }),
  );
  return Promise.all([journeys, ...byChannel]);
}
