import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exclusively, takeLock } from '../../src/embedded/exclusive.ts';

async function folder() {
  const path = await mkdtemp(join(tmpdir(), 'kairos-lock-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test('a lock has one holder, who is named, until it is released', async () => {
  await using place = await folder();
  const path = join(place.path, 'lock');
  const lock = await takeLock(path);
  if ('heldBy' in lock) throw new Error('it was free');
  expect(await takeLock(path)).toEqual({ heldBy: process.pid });
  await lock.release();
  expect(await takeLock(path)).toHaveProperty('release');
});

test.each([
  ['of a process that is gone', '999999999 12345\n'],
  ['whose process id was given to another process since', `${process.pid} 1\n`],
])('a lock %s holds nobody up', async (_, content) => {
  await using place = await folder();
  const path = join(place.path, 'lock');
  await writeFile(path, content);
  expect(await takeLock(path)).toHaveProperty('release');
  expect(await readdir(place.path)).toEqual(['lock']);
});

test('work under a lock is done by one at a time', async () => {
  await using place = await folder();
  let inside = 0;
  const work = async () => {
    expect(++inside).toBe(1);
    await readdir(place.path);
    inside -= 1;
  };
  await Promise.all([1, 2, 3].map(() => exclusively(join(place.path, 'lock'), work)));
  expect(await readdir(place.path)).toEqual([]);
});
