import { isGrpcServiceError, type Client } from '@temporalio/client';

/** gRPC status 5. */
const notFound = 5;

/**
 * Lets Temporal delete a workflow: its history, and what it is found by. One that goes on is ended by that. Of one
 * that was reset each execution is deleted, those at least that are listed. Repeating it is harmless.
 */
export async function forgetWorkflow(client: Client, workflowId: string): Promise<void> {
  // No quotes to escape: workflow ids are made of safe names.
  const query = `WorkflowId = '${workflowId}'`;
  const listed: string[] = [];
  for await (const { runId } of client.workflow.list({ query })) listed.push(runId);
  for (const runId of listed) await deleteExecution(client, workflowId, runId);
  // The list lags behind: the newest may be missing in it.
  await deleteExecution(client, workflowId, '');
}

async function deleteExecution(client: Client, workflowId: string, runId: string): Promise<void> {
  try {
    await client.workflowService.deleteWorkflowExecution({
      namespace: client.options.namespace,
      workflowExecution: { workflowId, runId },
    });
  } catch (error) {
    if (!isGrpcServiceError(error) || (error.code as number) !== notFound) throw error;
  }
}
