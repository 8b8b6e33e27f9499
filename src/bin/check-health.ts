import { hostname } from 'node:os';
import proto from '@temporalio/proto';
import postgres from 'postgres';
import { createClock } from '../clock.ts';
import { loadConfig } from '../config.ts';
import { journeyQueue } from '../domain/task-queues.ts';
import { realTime } from '../domain/time-scale.ts';
import { StartError } from '../errors.ts';
import { promptConnection, temporalTarget } from '../temporal.ts';

/** A poll lasts a minute; two in a row may be lost while Temporal moves a queue. */
const polledWithinMs = 180_000;

/**
 * Whether the router, or the worker, of this container does its work: the question of a health check, asked of those
 * that it works with. Neither listens on a port. Ends with 1 and a sentence when not.
 */
async function check(part: string | undefined): Promise<void> {
  if (part === 'router') return checkRouter();
  if (part === 'worker') return checkWorker();
  throw new StartError(`Give the part to look at: router or worker; it was ${part ?? 'none'}.`);
}

/** The router listens for new events on a connection of this host's. */
async function checkRouter(): Promise<void> {
  const { DATABASE_URL: url } = loadConfig(process.env);
  if (!url) throw new StartError('DATABASE_URL is not set.');
  const sql = postgres(url, { max: 1, connect_timeout: 4, fetch_types: false });
  try {
    const [row] = await sql<{ n: number }[]>`
      select count(*)::int as n from pg_stat_activity
      where application_name = 'kairos router' and client_addr = inet_client_addr()`;
    if (!row?.n) throw new StartError('No router of this host is connected to the database.');
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** The worker has asked Temporal for tasks of journeys lately; its identity there ends in the host's name. */
async function checkWorker(): Promise<void> {
  const target = temporalTarget(process.env);
  if (!target) throw new StartError('TEMPORAL_ADDRESS is not set.');
  const connection = await promptConnection(target);
  try {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace: target.namespace,
      taskQueue: { name: journeyQueue },
      taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    });
    const sinceS = (createClock(realTime).realNow().getTime() - polledWithinMs) / 1_000;
    const ours = (pollers ?? []).some(
      ({ identity, lastAccessTime }) =>
        identity?.endsWith(`@${hostname()}`) && Number(lastAccessTime?.seconds ?? 0) > sinceS,
    );
    if (!ours) throw new StartError(`No worker on ${hostname()} has asked Temporal for tasks lately.`);
  } finally {
    await connection.close();
  }
}

try {
  await check(process.argv[2]);
  process.exit(0);
} catch (error) {
  console.error(error instanceof StartError ? error.message : error);
  process.exit(1);
}
