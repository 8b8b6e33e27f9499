import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { StartError } from '../errors.ts';
import type { Plan } from './planned.ts';

/**
 * Writes what is new and names it where names are listed, all of it or nothing. Answers the paths, from the root.
 * @throws StartError when a file is there already, or a list has no place for a name: then nothing was written.
 */
export async function writePlan(root: string, plan: Plan): Promise<string[]> {
  await refuseExisting(root, plan);
  const changed = await Promise.all(
    plan.listings.map(async ({ path, change, byHand }) => {
      const text = change(await readFile(join(root, path), 'utf8'));
      if (text === null) throw new StartError(`${path} looks different than expected: ${byHand} by hand.`);
      return { path, text };
    }),
  );
  const made = await Promise.all(plan.files.map((file) => formatted(root, file)));
  const listed = await Promise.all(changed.map((file) => formatted(root, file)));
  for (const { path, text } of made) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    // Never over a file: one may have come since the look.
    await writeFile(join(root, path), text, { flag: 'wx' });
  }
  for (const { path, text } of listed) await writeFile(join(root, path), text);
  return [...made, ...listed].map(({ path }) => path);
}

async function refuseExisting(root: string, { files }: Plan): Promise<void> {
  const there = await Promise.all(files.map(({ path }) => isThere(join(root, path))));
  const existing = files.filter((_, index) => there[index]).map(({ path }) => path);
  if (existing.length === 0) return;
  throw new StartError(
    `Nothing was written, for there is ${existing.join(', ')} already: choose another name.`,
  );
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function formatted(root: string, { path, text }: { path: string; text: string }) {
  const filepath = join(root, path);
  const config = await resolveConfig(filepath);
  return { path, text: await format(text, { ...config, filepath }) };
}
