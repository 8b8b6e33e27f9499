import { Worker } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { TypedSearchAttributes } from '@temporalio/common';
import { searchAttributes } from '../../src/domain/search-attributes.ts';
import { timeSkippedTest, timeSkippingEnvironment } from '../support/time-skipping.ts';
import type { sleeper } from './fixtures/sleeper.ts';

timeSkippedTest('400 days pass in a moment, and a run may carry its search attributes', async () => {
  const environment = await timeSkippingEnvironment();
  try {
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue: 'sleepers',
      workflowsPath: fileURLToPath(new URL('fixtures/sleeper.ts', import.meta.url)),
    });
    const days = await worker.runUntil(
      environment.client.workflow.execute<typeof sleeper>('sleeper', {
        workflowId: 'one',
        taskQueue: 'sleepers',
        typedSearchAttributes: new TypedSearchAttributes([{ key: searchAttributes.name, value: 'sleeper' }]),
      }),
    );
    expect(days).toBeCloseTo(400, 1);
  } finally {
    await environment.teardown();
  }
});
