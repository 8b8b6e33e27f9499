import type { Config } from '../config.ts';
import { freePort, portState } from './free-port.ts';
import { writeHomeFile, type HomeFile } from './home-file.ts';
import type { Say } from './progress.ts';
import type { Supervisor } from './supervisor.ts';

/** What the steps of a start share. */
export interface Boot {
  config: Config;
  /** The environment that Kairos was started with. */
  env: NodeJS.ProcessEnv;
  /** The home, an absolute path. */
  home: string;
  file: HomeFile;
  supervisor: Supervisor;
  say: Say;
}

const attempts = 4;

/** What programs say, each in its own sentence, that cannot listen where they want to. */
const taken = /address already in use|EADDRINUSE/i;

/**
 * Starts an embedded part on a port of its own (`embeddedPort`). Somebody else may take the port between the choice
 * and the start, or one that the program chose for itself: then it is started again, on another if it is still taken.
 */
export async function onEmbeddedPort(
  boot: Boot,
  name: string,
  usual: number,
  start: (port: number) => Promise<void>,
): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await embeddedPort(boot, name, usual);
    try {
      await start(port);
      return port;
    } catch (error) {
      const wasTaken = (await portState(port)) !== 'free' || taken.test((error as Error).message);
      if (!wasTaken || attempt === attempts || boot.supervisor.isStopping) throw error;
    }
  }
}

/** The port of an embedded part: the one it had last, else its usual one, else any that is free. Remembered. */
async function embeddedPort(boot: Boot, name: string, usual: number): Promise<number> {
  const last = boot.file.ports[name];
  const port = await freePort(last === undefined ? [usual] : [last, usual]);
  boot.file.ports[name] = port;
  await writeHomeFile(boot.home, boot.file);
  return port;
}
