import { DefaultLogger, type Logger } from '@temporalio/worker';
import type { Log } from '../log.ts';

/** What a worker of activities alone always says: it is meant to be so. */
const expected = 'No workflows registered';

/** Temporal's warnings and errors in Kairos's log: its types and ids, never the arguments of a workflow or activity. */
export function temporalLogger(log: Log): Logger {
  return new DefaultLogger('WARN', ({ level, message, meta }) => {
    if (message.startsWith(expected)) return;
    const { workflowType, workflowId, activityType, attempt, taskQueue, error } = (meta ?? {}) as Record<
      string,
      unknown
    >;
    const words = { workflowType, workflowId, activityType, attempt, taskQueue, err: error };
    if (level === 'ERROR') log.error(words, message);
    else log.warn(words, message);
  });
}
