import { access, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder where programs that were fetched or built for Kairos are kept for the next time, made if missing. */
export async function cacheFolder(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const folder = join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kairos');
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Whether something is at a path. */
export const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
