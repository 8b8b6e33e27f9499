import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';
import { channelQueue, journeyQueue, type Channel } from '../../src/domain/task-queues.ts';

/** What fails for want of a database or a provider is tried again without limit, at least once a minute. */
const retry = { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 60_000 };

/** A look into, or a change of, the database. */
export function journeyActivity(summary: string): ActivityOptions {
  return { taskQueue: journeyQueue, startToCloseTimeout: 30_000, retry, summary };
}

/** The same within the workflow's task, which it holds open: once, and not for so long that the task would time out. */
export function journeyActivityInTask(summary: string): LocalActivityOptions {
  return { startToCloseTimeout: 5_000, retry: { maximumAttempts: 1 }, summary };
}

/** The gate and the provider's call. */
export function channelActivity(channel: Channel, summary: string): ActivityOptions {
  return { taskQueue: channelQueue[channel], startToCloseTimeout: 60_000, retry, summary };
}
