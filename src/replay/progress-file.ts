import { mkdir, open, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { StartError } from '../errors.ts';
import { readIfThere } from '../read-if-there.ts';
import { sha256 } from './recorded-message.ts';
import type { ReplayOptions } from './replay-options.ts';
import { emptyTally } from './tally.ts';

const count = z.number().int().nonnegative();
const schema = z.object({
  file: z.string(),
  /** By which a file is known again: how long it was, and a hash of its beginning. */
  fileBytes: count,
  head: z.object({ bytes: count, hash: z.string() }),
  /** The end of every messageId of this pass over the file; empty in the first. */
  suffix: z.string(),
  /** The last line that was dealt with. */
  line: count,
  tally: z.object({
    posted: count,
    identified: count,
    accepted: count,
    duplicates: count,
    rejected: count,
    faulty: count,
  }),
});

/** How far a replay has come: what a second call needs to go on. */
export type Progress = z.infer<typeof schema>;

const headBytes = 65_536;

/**
 * Where the progress of a replay is kept: one file for each recording, choice of it, and Kairos. The speed may change
 * from call to call.
 */
export async function progressPath(home: string, url: string, options: ReplayOptions): Promise<string> {
  const { fromMs, toMs, reachable } = options;
  const file = await realFile(options.file);
  const name = sha256(JSON.stringify([file, url, fromMs, toMs, reachable])).slice(0, 24);
  return join(home, 'replay', `${name}.json`);
}

/** Where to go on: as kept at `path`, or from the beginning. @throws StartError when the file has become another. */
export async function readProgress(path: string, file: string): Promise<Progress> {
  const real = await realFile(file);
  const kept = await readKept(path);
  if (kept === null) return startOver(real, '');
  const { size } = await stat(real);
  if (size >= kept.fileBytes && (await hashHead(real, kept.head.bytes)) === kept.head.hash) {
    return { ...kept, fileBytes: size };
  }
  throw new StartError(
    `${file} is not what it was when its first ${kept.line} lines were posted: give it a new name, or say --again to post all of it as new messages.`,
  );
}

/** From the beginning, with messageIds that end in `suffix`. */
export async function startOver(file: string, suffix: string): Promise<Progress> {
  const real = await realFile(file);
  const { size } = await stat(real);
  const bytes = Math.min(size, headBytes);
  const head = { bytes, hash: await hashHead(real, bytes) };
  return { file: real, fileBytes: size, head, suffix, line: 0, tally: emptyTally };
}

/** Keeps it; whoever reads meanwhile, or after a crash, finds the old or the new, never a half. */
export async function writeProgress(path: string, progress: Progress): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(`${path}.new`, `${JSON.stringify(progress, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

async function readKept(path: string): Promise<Progress | null> {
  const text = await readIfThere(path);
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new StartError(`${path} does not say how far the replay came: remove it, or say --again.`, {
      cause: error,
    });
  }
}

async function realFile(file: string): Promise<string> {
  const cure = 'Name a file of recorded messages, one a line';
  const real = await realpath(file).catch((error: NodeJS.ErrnoException) => {
    throw new StartError(`${file} cannot be read: ${error.message}. ${cure}.`, { cause: error });
  });
  // A pipe could be read only once, and a second call would not find where the first stopped.
  if (!(await stat(real)).isFile()) throw new StartError(`${file} is not a file. ${cure}.`);
  return real;
}

async function hashHead(file: string, bytes: number): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
    return sha256(buffer.subarray(0, bytesRead).toString('base64'));
  } finally {
    await handle.close();
  }
}
