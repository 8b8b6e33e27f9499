import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lastPostmaster } from './postgres.ts';
import { beganAt, commandLine } from './process-identity.ts';
import { readProcesses } from './processes-file.ts';

const stopWithinMs = 30_000;

/**
 * Ends what is left of a Kairos that was killed: our own parts end by themselves when their supervisor is gone, but
 * PostgreSQL and Temporal go on, and a part may still be finishing. Only processes whose command line shows that they
 * belong to this home: their ids may have been given to others since.
 */
export async function endLeftovers(home: string, dataDir: string | null): Promise<void> {
  const { start: _, postgres, ...others } = await readProcesses(home);
  await Promise.all(Object.values(others).map((pid) => endIfOurs(pid, home, 'SIGTERM')));
  if (dataDir === null) return;
  const postmasters = new Set([postgres, await lastPostmaster(dataDir)]);
  for (const pid of postmasters) if (pid) await endIfOurs(pid, dataDir, 'SIGINT');
  await removeStaleLock(dataDir);
}

async function endIfOurs(pid: number, mark: string, signal: NodeJS.Signals): Promise<void> {
  if (!(await commandLine(pid))?.includes(mark)) return;
  const began = await beganAt(pid);
  const lives = async () => (await beganAt(pid)) === began;
  const deadline = performance.now() + stopWithinMs;
  send(pid, signal);
  while (await lives()) {
    if (performance.now() > deadline) send(pid, 'SIGKILL');
    await delay(50);
  }
}

/** It may end by itself before the signal comes. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * PostgreSQL itself ignores the lock of a dead server, unless its process id has been given to another process of the
 * same user since (as happens in containers): then it would refuse to start for ever.
 */
export async function removeStaleLock(dataDir: string): Promise<void> {
  const pid = await lastPostmaster(dataDir);
  if (pid === null || (await commandLine(pid))?.includes(dataDir)) return;
  await rm(join(dataDir, 'postmaster.pid'), { force: true });
}
