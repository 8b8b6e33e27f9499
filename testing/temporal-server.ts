import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { endingWithUs } from '../src/embedded/ending-with-us.ts';
import { freePort } from '../src/embedded/free-port.ts';
import { hasEnded, runProgram, stopProgram } from '../src/embedded/program.ts';

/** A Temporal of a test's own, that ends with the process which started it. */
export interface TemporalServer {
  address: string;
  stop: () => Promise<void>;
}

const attempts = 3;

export interface ServerProgram {
  file: string;
  argsOn: (port: number) => string[];
  /** Whether it does its work at an address: takes connections, if not said. */
  answers?: (address: string) => Promise<boolean>;
}

/**
 * Runs one of Temporal's servers for tests, and waits until it answers, however long that takes: the SDK, which can start
 * them too, gives up after five seconds, and a busy machine takes longer.
 * @throws Error when it ends as it starts, time after time.
 */
export async function startTemporalServer(program: ServerProgram): Promise<TemporalServer> {
  const { file, argsOn, answers = takesConnections } = program;
  // The variables that tell a client where to go confuse the server's own command line.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')),
  );
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const port = await freePort();
    const command = { file, args: argsOn(port), env, account: null, stopSignal: 'SIGTERM' } as const;
    const child = runProgram(await endingWithUs(command), 'ignore');
    const address = `127.0.0.1:${port}`;
    while (!hasEnded(child)) {
      // It keeps nothing that an orderly end would save.
      if (await answers(address)) return { address, stop: () => stopProgram(child, 'SIGKILL', 0) };
      await delay(50);
    }
  }
  throw new Error(`${file} ended ${attempts} times while it started.`);
}

async function takesConnections(address: string): Promise<boolean> {
  try {
    await (await Connection.connect({ address, connectTimeout: '2 seconds' })).close();
    return true;
  } catch {
    return false;
  }
}
