import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundleWorkflows } from '../../src/bin/bundle-workflows.ts';

declare module 'vitest' {
  interface ProvidedContext {
    workflowBundle: string;
  }
}

/** Bundles the workflows once for the whole run; tests hand the file's path to their workers. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'kairos-workflows-'));
  const codePath = join(folder, 'workflows.js');
  await writeFile(codePath, await bundleWorkflows());
  project.provide('workflowBundle', codePath);
  return () => rm(folder, { recursive: true });
}
