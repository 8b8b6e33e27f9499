import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const made = new Map<string, Promise<string>>();

/** Where the bundle of a module's workflows lies, for Temporal's sandbox. Made once in each file of tests. */
export function bundleOf(module: URL): Promise<string> {
  const known = made.get(module.href) ?? makeBundle(fileURLToPath(module));
  made.set(module.href, known);
  return known;
}

async function makeBundle(workflowsPath: string): Promise<string> {
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  const path = join(await mkdtemp(join(tmpdir(), 'kairos-bundle-')), 'workflows.js');
  await writeFile(path, code);
  return path;
}
