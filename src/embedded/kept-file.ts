import { join } from 'node:path';
import { StartError } from '../errors.ts';
import { readIfThere } from '../read-if-there.ts';
import { writeWhole } from './write-whole.ts';

/**
 * Keys of a home: made once and kept in a file of it that nobody else reads.
 * @param of.damaged What to do about a file that is no JSON.
 * @throws StartError when it cannot be read.
 */
export async function provideKeys<Keys>(
  home: string,
  of: { fileName: string; make: () => Keys; damaged: string },
): Promise<Keys> {
  const path = join(home, of.fileName);
  const text = await readIfThere(path);
  if (text !== null) return parseKeys<Keys>(path, text, of.damaged);
  const keys = of.make();
  await writeWhole(path, `${JSON.stringify(keys, null, 2)}\n`, 0o600);
  return keys;
}

function parseKeys<Keys>(path: string, text: string, damaged: string): Keys {
  try {
    return JSON.parse(text) as Keys;
  } catch (cause) {
    throw new StartError(`${path} is damaged: ${damaged}`, { cause });
  }
}
