import { randomBytes } from 'node:crypto';
import { createSendGridKeys, type SandboxKeys } from '../sandbox/signing.ts';
import { provideKeys } from './kept-file.ts';

/**
 * What the sandbox provider of this home signs its call-backs with, made once and kept: a call-back that waits across a
 * restart is still believed. @throws StartError when it cannot be read.
 */
export async function provideSandboxKeys(home: string): Promise<SandboxKeys> {
  return provideKeys(home, {
    fileName: 'sandbox-keys.json',
    make: () => ({ ...createSendGridKeys(), authToken: randomBytes(16).toString('hex') }),
    damaged: 'remove it for new keys.',
  });
}
