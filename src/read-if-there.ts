import { readFile } from 'node:fs/promises';
import { StartError } from './errors.ts';

/** The text of a file that may not be there yet: null then. @throws StartError when it cannot be read. */
export async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new StartError(`${path} cannot be read: ${error.message}`);
  });
}
