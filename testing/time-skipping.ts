import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { test } from 'vitest';
import { findTestServer } from '../src/embedded/test-server.ts';
import { addSearchAttributes } from '../src/temporal.ts';
import { startTemporalServer } from './temporal-server.ts';

const server = await findTestServer((line) => console.error(line));
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR' } } });

/** Declares a test that needs the time-skipping server: skipped by name where none can be had, never passed. */
export const timeSkippedTest = test.skipIf(server === null);

/** What the SDK's own `createTimeSkipping` calls, which it does not show: here with a server that runs already. */
const { create } = TestWorkflowEnvironment as unknown as {
  create: (options: {
    server: { type: 'existing' };
    address: string;
    namespace: string;
    supportsTimeSkipping: true;
  }) => Promise<TestWorkflowEnvironment>;
};

/**
 * A Temporal in which months pass in a moment, with the search attributes of runs. Its time is global to it: one test
 * at a time. `await environment.teardown()` when done.
 */
export async function timeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  if (server === null) throw new Error('No time-skipping server: declare the test with `timeSkippedTest`.');
  const { address, stop } = await startTemporalServer({ file: server, argsOn: (port) => [String(port)] });
  const environment = await create.call(TestWorkflowEnvironment, {
    ...{ server: { type: 'existing' }, address, namespace: 'default' },
    supportsTimeSkipping: true,
  });
  // This server can add attributes and not list them.
  await addSearchAttributes(environment.connection, environment.namespace ?? 'default');
  const disconnect = environment.teardown.bind(environment);
  return Object.assign(environment, { teardown: () => disconnect().finally(stop) });
}
