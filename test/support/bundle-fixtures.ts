import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/** Bundles workflows that only tests have, `fixtures/<name>`, and tells where the bundle lies. */
export async function bundleFixtures(name: string): Promise<string> {
  const workflowsPath = fileURLToPath(new URL(`../workflows/fixtures/${name}`, import.meta.url));
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  const path = join(await mkdtemp(join(tmpdir(), 'kairos-fixtures-')), 'workflows.js');
  await writeFile(path, code);
  return path;
}
