/** What Temporal says of the workflows of runs. */
import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { outcomePattern } from '../domain/outcome.ts';

/**
 * How a workflow stands: it goes on, it is over (since when: real time), or there is no such workflow (never was, or no
 * longer).
 */
export type Standing =
  { kind: 'alive' } | { kind: 'over'; outcome: string; endedAt: Date | null } | { kind: 'unknown' };

const outcomeOfStatus: Partial<Record<WorkflowExecutionDescription['status']['name'], string>> = {
  TERMINATED: 'terminated',
  CANCELLED: 'cancelled',
  FAILED: 'failed',
  TIMED_OUT: 'failed',
};

/**
 * Those of these workflows that are listed as running, by one call. The list lags behind a little: one that has just
 * been started may be missing, one that has just ended may be there.
 */
export async function listedAsRunning(client: Client, workflowIds: readonly string[]): Promise<Set<string>> {
  if (workflowIds.length === 0) return new Set();
  // No quotes to escape: workflow ids are made of safe names.
  const query = `ExecutionStatus = 'Running' and WorkflowId in (${workflowIds.map((id) => `'${id}'`).join(', ')})`;
  const running = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query, pageSize: workflowIds.length }))
    running.add(workflowId);
  return running;
}

/** How one workflow stands now: Temporal's own word, that of the latest execution after a reset. */
export async function standingOf(client: Client, workflowId: string): Promise<Standing> {
  try {
    const { status, runId, closeTime } = await client.workflow.getHandle(workflowId).describe();
    const endedAt = closeTime ?? null;
    if (status.name === 'COMPLETED')
      return { kind: 'over', outcome: await resultOf(client, workflowId, runId), endedAt };
    const outcome = outcomeOfStatus[status.name];
    return outcome ? { kind: 'over', outcome, endedAt } : { kind: 'alive' };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { kind: 'unknown' };
    throw error;
  }
}

/** A journey's workflow returns its outcome; what returns anything else has not done its work. */
async function resultOf(client: Client, workflowId: string, runId: string): Promise<string> {
  const result: unknown = await client.workflow.getHandle(workflowId, runId).result();
  return typeof result === 'string' && outcomePattern.test(result) ? result : 'failed';
}
