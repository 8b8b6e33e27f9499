import { TestWorkflowEnvironment } from '@temporalio/testing';
import { findTemporal } from '../../src/embedded/temporal-binary.ts';
import { answersTemporal } from '../../src/embedded/temporal.ts';
import { addSearchAttributes } from '../../src/temporal.ts';
import { startTemporalServer } from '../../testing/temporal-server.ts';

type DevServer = TestWorkflowEnvironment & AsyncDisposable;

/** A Temporal dev server of the test's own, in real time and in memory, with the search attributes of runs. */
export async function devServer(): Promise<DevServer> {
  const environment = await bareDevServer('default');
  await addSearchAttributes(environment.connection, 'default');
  return environment;
}

/** The same as it comes, with a namespace. */
export async function bareDevServer(namespace: string): Promise<DevServer> {
  const file = await findTemporal((line) => console.error(line));
  const { address, stop } = await startTemporalServer({
    file,
    argsOn: (port) => [
      ...['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', String(port)],
      ...['--namespace', namespace],
    ],
    answers: (address) => answersTemporal(address, namespace),
  });
  const environment = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace });
  const disconnect = environment.teardown.bind(environment);
  const teardown = () => disconnect().finally(stop);
  return Object.assign(environment, { teardown, [Symbol.asyncDispose]: teardown });
}
