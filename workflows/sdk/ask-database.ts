import {
  ActivityFailure,
  ApplicationFailure,
  proxyActivities,
  proxyLocalActivities,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { JourneyActivities, WatchActivities } from '../../activities/contract.ts';
import { journeyActivity, journeyActivityInTask } from './activity-options.ts';

/** What the database can be asked. */
type DatabaseActivities = JourneyActivities & WatchActivities;

/**
 * Asks the database, at first within the workflow's own task: one event in the history and no way through a queue,
 * instead of three events and two more tasks. A database that does not answer then is asked by an ordinary activity,
 * which is tried again without limit, costs no events meanwhile, and shows the operator what is waited for and why.
 * Every activity here may be repeated, so a worker that dies in between changes nothing.
 */
export async function askDatabase<T>(
  summary: string,
  // The proxy is called in here: handed out of an async function it would be taken for a promise, having any method.
  ask: (activities: DatabaseActivities) => Promise<T>,
): Promise<T> {
  try {
    return await ask(proxyLocalActivities<DatabaseActivities>(journeyActivityInTask(summary)));
  } catch (error) {
    if (!mayPass(error)) throw error;
  }
  return ask(proxyActivities<DatabaseActivities>(journeyActivity(summary)));
}

/** Whether another try may succeed. What fails within a task comes without the `ActivityFailure` around it. */
function mayPass(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof TimeoutFailure || (cause instanceof ApplicationFailure && !cause.nonRetryable);
}
