import { TestWorkflowEnvironment } from '@temporalio/testing';
import { findTemporal } from '../../src/embedded/temporal-binary.ts';
import { patiently } from '../../testing/patiently.ts';
import { addSearchAttributes } from '../../src/temporal.ts';

/** A Temporal dev server of the test's own, in real time and in memory, with the search attributes of runs. */
export async function devServer(): Promise<TestWorkflowEnvironment & AsyncDisposable> {
  const path = await findTemporal((line) => console.error(line));
  const environment = await patiently(() =>
    TestWorkflowEnvironment.createLocal({ server: { executable: { type: 'existing-path', path } } }),
  );
  await addSearchAttributes(environment.connection, environment.namespace ?? 'default');
  return Object.assign(environment, { [Symbol.asyncDispose]: () => environment.teardown() });
}
