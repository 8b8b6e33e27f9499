import { constants } from 'node:fs';
import { access, mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { StartError } from '../errors.ts';
import { takeLock, type Lock } from './exclusive.ts';

/** The home's absolute path; made if missing. @throws StartError when it cannot be made or written. */
export async function makeHome(path: string): Promise<string> {
  const home = resolve(path);
  try {
    // Root's PostgreSQL runs as another user, who has to pass through; nobody else may look around.
    await mkdir(home, { recursive: true, mode: 0o711 });
    await access(home, constants.W_OK | constants.X_OK);
    return await realpath(home);
  } catch (cause) {
    throw new StartError(
      `The home ${home} cannot be used: ${(cause as Error).message}\nSet KAIROS_HOME to a folder of yours.`,
      { cause },
    );
  }
}

/** Makes this process the only Kairos in a home. @throws StartError that names the other. */
export async function lockHome(home: string): Promise<Lock> {
  const lock = await takeLock(join(home, 'start.lock'));
  if (!('heldBy' in lock)) return lock;
  throw new StartError(
    `The home ${home} is in use by another Kairos (process ${lock.heldBy}).\n` +
      `Stop that one (kill ${lock.heldBy}), or start this one with another home: KAIROS_HOME=.kairos/other npm start`,
  );
}
