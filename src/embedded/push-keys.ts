import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../errors.ts';
import { createVapidKeys } from '../vapid.ts';
import { writeWhole } from './write-whole.ts';

const fileName = 'push-keys.json';

/**
 * The home's own key for push services, as settings: made once and kept, since browsers subscribe under it.
 * @throws StartError when it cannot be read.
 */
export async function providePushKeys(home: string): Promise<NodeJS.ProcessEnv> {
  const path = join(home, fileName);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new StartError(`${path} cannot be read: ${error.message}`);
  });
  const keys = text === null ? createVapidKeys() : read(path, text);
  if (text === null) await writeWhole(path, `${JSON.stringify(keys, null, 2)}\n`, 0o600);
  return { VAPID_PUBLIC_KEY: keys.publicKey, VAPID_PRIVATE_KEY: keys.privateKey };
}

function read(path: string, text: string): ReturnType<typeof createVapidKeys> {
  try {
    return JSON.parse(text) as ReturnType<typeof createVapidKeys>;
  } catch (cause) {
    throw new StartError(`${path} is damaged: restore it from a backup, or remove it for a new key.`, {
      cause,
    });
  }
}
