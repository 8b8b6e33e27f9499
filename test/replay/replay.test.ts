import { readdir, readFile } from 'node:fs/promises';
import { DefaultLogger, Runtime, Worker, type ReplayError } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { expect, inject, test } from 'vitest';
import { bundleFixtures } from '../support/bundle-fixtures.ts';

Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });

const folder = new URL('histories/', import.meta.url);

async function replay(codePath: string, of = ''): Promise<Map<string, ReplayError | undefined>> {
  const files = (await readdir(folder)).filter((file) => file.startsWith(of) && file.endsWith('.json'));
  const histories = await Promise.all(
    files.map(async (file) => ({
      workflowId: file,
      history: JSON.parse(await readFile(new URL(file, folder), 'utf8')) as unknown,
    })),
  );
  const results = new Map<string, ReplayError | undefined>();
  for await (const result of Worker.runReplayHistories({ workflowBundle: { codePath } }, histories)) {
    results.set(result.workflowId, result.error);
  }
  return results;
}

test('every recorded history goes on with the code as it is', async () => {
  const results = await replay(inject('workflowBundle'));
  expect(results.size).toBeGreaterThanOrEqual(11);
  expect(Object.fromEntries([...results].filter(([, error]) => error !== undefined))).toEqual({});
});

test('a changed order of steps is refused', async () => {
  const results = await replay(await bundleFixtures('changed-order.ts'), 'abandonedCart.');
  const refused = [...results]
    .filter(([, error]) => error instanceof DeterminismViolationError)
    .map(([file]) => file);
  expect(refused).toContain('abandonedCart.after-nudge.json');
  expect(refused).toContain('abandonedCart.lost.json');
});
