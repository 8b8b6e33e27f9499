import { randomBytes } from 'node:crypto';
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { beganAt } from './process-identity.ts';

/**
 * A lock between processes of this machine: a file that names its holder by process id and by when that process
 * began, so that a lock of the dead, or of a process id that was given anew, holds nobody up.
 */
export interface Lock {
  release(): Promise<void>;
}

/** Takes a lock, or tells the process id of its living holder. */
export async function takeLock(path: string): Promise<Lock | { heldBy: number }> {
  const own = `${process.pid} ${await beganAt(process.pid)}\n`;
  for (;;) {
    if (await createWhole(path, own)) return { release: () => unlink(path) };
    const found = await readFile(path, 'utf8').catch(() => null);
    if (found === null) continue;
    const [pid, began] = found.trim().split(/ (.*)/s);
    if ((await beganAt(Number(pid))) === began) return { heldBy: Number(pid) };
    await removeStale(path, found);
  }
}

const lookEveryMs = 200;
const sayEveryMs = 2_000;

/**
 * Does something while holding a lock, and waits for it as long as its holder lives; `waiting` is called every two
 * seconds of that, with the holder's process id and how long it has been.
 */
export async function exclusively<T>(
  path: string,
  work: () => Promise<T>,
  waiting?: (holder: number, seconds: number) => void,
): Promise<T> {
  for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
    const lock = await takeLock(path);
    if ('heldBy' in lock) {
      if (waitedMs > 0 && waitedMs % sayEveryMs === 0) waiting?.(lock.heldBy, waitedMs / 1_000);
      await delay(lookEveryMs);
      continue;
    }
    try {
      return await work();
    } finally {
      await lock.release();
    }
  }
}

/** Creates a file with its content in one step; false when there is one. */
async function createWhole(path: string, content: string): Promise<boolean> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, content);
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(draft);
  }
}

/** Two may see the same stale lock: what was moved away is looked at again, and put back if it was a new one. */
async function removeStale(path: string, seen: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  if ((await readFile(aside, 'utf8')) !== seen) await link(aside, path);
  await unlink(aside);
}
