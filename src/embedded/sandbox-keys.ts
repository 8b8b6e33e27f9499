import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../errors.ts';
import { createSendGridKeys, type SandboxKeys } from '../sandbox/signing.ts';
import { writeWhole } from './write-whole.ts';

const fileName = 'sandbox-keys.json';

/**
 * What the sandbox provider of this home signs its call-backs with, made once and kept: a call-back that waits across a
 * restart is still believed. @throws StartError when it cannot be read.
 */
export async function provideSandboxKeys(home: string): Promise<SandboxKeys> {
  const path = join(home, fileName);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new StartError(`${path} cannot be read: ${error.message}`);
  });
  if (text !== null) return read(path, text);
  const keys = { ...createSendGridKeys(), authToken: randomBytes(16).toString('hex') };
  await writeWhole(path, `${JSON.stringify(keys, null, 2)}\n`, 0o600);
  return keys;
}

function read(path: string, text: string): SandboxKeys {
  try {
    return JSON.parse(text) as SandboxKeys;
  } catch (cause) {
    throw new StartError(`${path} is damaged: remove it for new keys.`, { cause });
  }
}
