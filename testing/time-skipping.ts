import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { test } from 'vitest';
import { addSearchAttributes } from '../src/temporal.ts';
import { patiently } from './patiently.ts';
import { findTestServer } from '../src/embedded/test-server.ts';

const server = await findTestServer((line) => console.error(line));
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR' } } });

/** Declares a test that needs the time-skipping server: skipped by name where none can be had, never passed. */
export const timeSkippedTest = test.skipIf(server === null);

/**
 * A Temporal in which months pass in a moment, with the search attributes of runs. Its time is global to it: one test
 * at a time. `await environment.teardown()` when done.
 */
export async function timeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  if (server === null) throw new Error('No time-skipping server: declare the test with `timeSkippedTest`.');
  const environment = await patiently(() =>
    TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: server } },
    }),
  );
  // This server can add attributes and not list them.
  await addSearchAttributes(environment.connection, environment.namespace ?? 'default');
  return environment;
}
