import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/embedded/free-port.ts';
import { runProgram, stopProgram } from '../../src/embedded/program.ts';
import { findTemporal } from '../../src/embedded/temporal-binary.ts';
import { answersTemporal, devServerCommand } from '../../src/embedded/temporal.ts';
import { eventually } from './eventually.ts';

/** Temporal as `npm start` runs it: a process with a file, at one address for as long as the test lasts. */
export interface TemporalProcess extends AsyncDisposable {
  address: string;
  /** Kills it and starts it at the same address with an empty file: it knows nothing. */
  loseState(): Promise<void>;
}

export async function temporalProcess(): Promise<TemporalProcess> {
  const binary = await findTemporal((line) => console.error(line));
  const folder = await mkdtemp(join(tmpdir(), 'kairos-temporal-'));
  const port = await freePort();
  const uiPort = await freePort();
  const address = `127.0.0.1:${port}`;
  let files = 0;
  const start = async () => {
    const file = join(folder, `${(files += 1)}.db`);
    const command = devServerCommand({ binary, file, port, uiPort, namespace: 'default' });
    const child = runProgram(command, 'ignore');
    await eventually('Temporal answers', () => answersTemporal(address, 'default'));
    return child;
  };
  let child = await start();
  return {
    address,
    async loseState() {
      await stopProgram(child, 'SIGKILL', 5_000);
      child = await start();
    },
    async [Symbol.asyncDispose]() {
      await stopProgram(child, 'SIGKILL', 5_000);
      await rm(folder, { recursive: true });
    },
  };
}
