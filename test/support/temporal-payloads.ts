import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';

const { History } = proto.temporal.api.history.v1;
const { DescribeWorkflowExecutionResponse } = proto.temporal.api.workflowservice.v1;

/** Which of these texts stand anywhere in what Temporal keeps of a namespace's workflows: ids, attributes, payloads, failures. */
export async function foundInTemporal(client: Client, texts: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for await (const { workflowId, runId } of client.workflow.list()) {
    const handle = client.workflow.getHandle(workflowId, runId);
    const kept = Buffer.concat([
      History.encode(await handle.fetchHistory()).finish(),
      DescribeWorkflowExecutionResponse.encode((await handle.describe()).raw).finish(),
    ]).toString('utf8');
    for (const text of texts) if (kept.includes(text)) found.add(text);
  }
  return [...found];
}
