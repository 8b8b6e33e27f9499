import { setTimeout as delay } from 'node:timers/promises';
import { isGrpcServiceError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { Sql } from '../src/db/connect.ts';

/** How long the parts have to come to rest after something was posted or time has passed. Real milliseconds. */
const restWithinMs = 60_000;

const { EventType } = proto.temporal.api.enums.v1;
type History = proto.temporal.api.history.v1.IHistory;
type PendingActivity = proto.temporal.api.workflow.v1.IPendingActivityInfo;

/** What the gate waits for by looking again, which is no trouble. */
const looksAgain = new Set(['behind', 'paused']);

/**
 * Waits until nothing happens any more but waiting: every event routed, everything told to Temporal, no task and no
 * activity under way. @throws Error as soon as a workflow or an activity fails, with what it says.
 */
export async function untilAtRest({ sql, client }: { sql: Sql; client: Client }): Promise<void> {
  const deadline = performance.now() + restWithinMs;
  const over = new Set<string>();
  for (;;) {
    const busy = await whatIsBusy(sql, client, over);
    if (busy === null) return;
    if (performance.now() > deadline) throw new Error(`Nothing came to rest in a minute: ${busy}.`);
    await delay(20);
  }
}

/** Throws when the code of a run fails, as it may while time passes: the server then waits for it, and for ever. */
export async function watchForFailure(
  { sql, client }: { sql: Sql; client: Client },
  signal: AbortSignal,
): Promise<void> {
  const over = new Set<string>();
  while (!signal.aborted) {
    await whatIsBusy(sql, client, over);
    await delay(250, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

async function whatIsBusy(sql: Sql, client: Client, over: Set<string>): Promise<string | null> {
  const [owed] = await sql<{ unrouted: boolean; untold: boolean; undispatched: boolean }[]>`
    select exists (select from unrouted) as unrouted, exists (select from product_news) as untold,
           exists (select from dispatches where done_at is null and not held) as undispatched`;
  if (owed!.unrouted) return 'an event is not routed yet';
  if (owed!.untold) return 'some runs have not been told of a product yet';
  if (owed!.undispatched) return 'Temporal is still owed something';
  const runs = await sql<{ workflowId: string }[]>`select workflow_id as "workflowId" from runs`;
  for (const { workflowId } of runs.filter((run) => !over.has(run.workflowId))) {
    const busy = await whatARunDoes(client, workflowId, over);
    if (busy !== null) return `${workflowId} ${busy}`;
  }
  return null;
}

async function whatARunDoes(client: Client, id: string, over: Set<string>): Promise<string | null> {
  const handle = client.workflow.getHandle(id);
  const history = await handle.fetchHistory().catch((error: unknown) => {
    // Not begun: held, or ended before it was started.
    if (isNotFound(error)) return null;
    throw error;
  });
  if (history === null) return null;
  const failure = failureIn(history);
  if (failure) throw new Error(`${id} failed: ${failure}`);
  const last = history.events?.at(-1)?.eventType;
  if (last && endings.has(last)) {
    over.add(id);
    return null;
  }
  if (isInTask(history)) return 'is in the middle of a task';
  if (!hasActivity(history)) return null;
  const { raw } = await handle.describe();
  const pending = raw.pendingActivities ?? [];
  // It has ended since the history was read: what comes of it is still to be seen.
  if (pending.length === 0) return 'has just done something';
  return pending.map(whatAnActivityDoes).find((busy) => busy !== null) ?? null;
}

/** The history of what there is not is asked for without the SDK's own error. */
function isNotFound(error: unknown): boolean {
  if (error instanceof WorkflowNotFoundError) return true;
  return isGrpcServiceError(error) && (error.code as number) === notFound;
}

/** The code of gRPC. */
const notFound = 5;

const endings = new Set([
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED,
]);

function failureIn({ events }: History): string | null {
  for (const event of events ?? []) {
    const failure =
      event.workflowTaskFailedEventAttributes?.failure ??
      event.workflowExecutionFailedEventAttributes?.failure;
    if (failure) return `${failure.message}\n${failure.stackTrace}`;
  }
  return null;
}

/** A task is under way, or due: one that has not begun because the run is asleep is neither. */
function isInTask({ events }: History): boolean {
  const types = (events ?? []).map((event) => event.eventType);
  const scheduled = types.lastIndexOf(EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED);
  return scheduled >= 0 && types.lastIndexOf(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED) < scheduled;
}

function hasActivity({ events }: History): boolean {
  const count = (type: proto.temporal.api.enums.v1.EventType) =>
    (events ?? []).filter((event) => event.eventType === type).length;
  const done = [
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED,
  ].reduce((total, type) => total + count(type), 0);
  return count(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED) > done;
}

function whatAnActivityDoes({ activityType, attempt, lastFailure }: PendingActivity): string | null {
  const reason = lastFailure?.applicationFailureInfo?.type ?? '';
  if (reason === 'paused') return null;
  if (lastFailure && (attempt ?? 0) > 2 && !looksAgain.has(reason)) {
    throw new Error(`${activityType?.name} fails again and again: ${lastFailure.message}`);
  }
  return `waits for ${activityType?.name}`;
}
