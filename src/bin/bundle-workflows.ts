import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/**
 * Every workflow, or those of another file, as one file of JavaScript for Temporal's sandbox; takes some three seconds. Fails when anything
 * under `workflows/` reaches for a Node built-in.
 */
export async function bundleWorkflows(
  workflowsPath = fileURLToPath(new URL('../../workflows/bundle.ts', import.meta.url)),
): Promise<string> {
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  return code;
}
