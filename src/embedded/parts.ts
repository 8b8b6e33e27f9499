import { join } from 'node:path';
import { StartError } from '../errors.ts';
import type { Part } from './part.ts';
import { shownOfJson } from './part-log.ts';
import { answersQueries, clusterCommand, clusterUrl, type Cluster } from './postgres.ts';
import { portState } from './free-port.ts';
import { portHolder } from './port-holder.ts';
import { removeStaleLock } from './leftovers.ts';
import { runCommand } from './run-command.ts';
import { answersTemporal, devServerCommand, type DevServer } from './temporal.ts';

/** The embedded PostgreSQL. After a crash it recovers first, which may take a while. */
export function postgresPart(cluster: Cluster, port: number): Part {
  return {
    name: 'postgres',
    command: clusterCommand(cluster, port, { log_checkpoints: 'off' }),
    beforeStart: () => removeStaleLock(cluster.dataDir),
    answers: () => answersQueries(clusterUrl(cluster, port, 'postgres')),
    readyWithinMs: 120_000,
    stopWithinMs: 30_000,
    shown: (line) => (/\b(PANIC|could not|No space)\b/.test(line) ? line : null),
  };
}

/** The embedded Temporal server. */
export function temporalPart(server: DevServer): Part {
  return {
    name: 'temporal',
    command: devServerCommand(server),
    // Another home's server on that port would be taken for ours, and its runs be mixed with ours.
    beforeStart: () => refuseTaken(server.port),
    answers: () => answersTemporal(`127.0.0.1:${server.port}`, server.namespace),
    readyWithinMs: 60_000,
    stopWithinMs: 15_000,
    // Its warnings tell of its own losses of breath at start and stop; they are in its log.
    shown: (line) => (/level=(fatal|panic)/.test(line) ? line : null),
  };
}

async function refuseTaken(port: number): Promise<void> {
  if ((await portState(port)) === 'free') return;
  throw new Error(`cannot listen on port ${port}: ${(await portHolder(port)) ?? 'another process'} does`);
}

const bin = join(import.meta.dirname, '..', 'bin');

/** All workflows as one file of the home, made anew: a worker that dies need not do it again. The file's path. */
export async function bundleInto(home: string): Promise<string> {
  const file = join(home, 'workflows.bundle.js');
  const args = ['--import', import.meta.resolve('tsx'), join(bin, 'bundle.ts'), file];
  const { ok, output } = await runCommand(process.execPath, args, { boundMs: 120_000 });
  if (ok) return file;
  throw new StartError(`The workflows could not be bundled:\n${output}`);
}

/**
 * All that a batch of routing makes is needed until the batch is through. In the 16 MB that Node gives what is young, the
 * collector runs twice in each and copies nearly all of it.
 */
const nodeFlags: Readonly<Record<string, readonly string[]>> = {
  router: ['--max-semi-space-size=64', '--min-semi-space-size=32'],
};

/** A part of ours: a file in `src/bin`, in a process of its own. The home among its arguments marks it as this home's. */
export function kairosPart(name: string, home: string, env: NodeJS.ProcessEnv, options: string[] = []): Part {
  return {
    name,
    command: {
      file: process.execPath,
      args: [
        ...(nodeFlags[name] ?? []),
        ...['--import', import.meta.resolve('tsx'), join(bin, `${name}.ts`), `--home=${home}`, ...options],
      ],
      env,
      account: null,
      stopSignal: 'SIGTERM',
    },
    readyWithinMs: 60_000,
    stopWithinMs: 30_000,
    shown: shownOfJson,
  };
}
