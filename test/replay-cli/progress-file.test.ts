import { readdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { progressPath, readProgress, startOver, writeProgress } from '../../src/replay/progress-file.ts';
import { parseReplayOptions, type ReplayOptions } from '../../src/replay/replay-options.ts';
import { emptyTally } from '../../src/replay/tally.ts';
import { recordingFile, viewed } from './recording.ts';

const url = 'http://127.0.0.1:3000';

function options(...args: string[]): ReplayOptions {
  return parseReplayOptions(args) as ReplayOptions;
}

test('what was kept is read again, and no half-written file is left', async () => {
  await using file = await recordingFile([viewed(0)]);
  const path = await progressPath(file.folder, url, options(file.path));
  const begin = await readProgress(path, file.path);
  expect(begin).toMatchObject({ line: 0, suffix: '', tally: emptyTally });
  const further = { ...begin, line: 1, tally: { ...emptyTally, posted: 1, accepted: 1 } };
  await writeProgress(path, further);
  await writeProgress(path, further);
  expect(await readProgress(path, file.path)).toEqual(further);
  expect(await readdir(dirname(path))).toHaveLength(1);
});

test('another choice of the recording or another Kairos has a progress of its own; another speed has not', async () => {
  await using file = await recordingFile([viewed(0)]);
  const at = (where: string, ...args: string[]) =>
    progressPath(file.folder, where, options(file.path, ...args));
  const paths = [
    await at(url),
    await at('http://127.0.0.1:4000'),
    await at(url, '--from', '2019-10-01'),
    await at(url, '--reachable', 'example.test'),
  ];
  expect(new Set(paths).size).toBe(4);
  expect(await at(url, '--speed', '9')).toBe(paths[0]);
});

test('a file that has grown goes on; one that has become another is not taken for the same', async () => {
  await using file = await recordingFile([viewed(0)]);
  const path = await progressPath(file.folder, url, options(file.path));
  await writeProgress(path, { ...(await readProgress(path, file.path)), line: 1 });
  await file.write([viewed(0), viewed(5)]);
  expect(await readProgress(path, file.path)).toMatchObject({ line: 1 });
  await file.write([viewed(1), viewed(2), viewed(3)]);
  await expect(readProgress(path, file.path)).rejects.toThrow(
    /is not what it was when its first 1 lines were posted/,
  );
  expect(await startOver(file.path, 'b7')).toMatchObject({ line: 0, suffix: 'b7' });
});

test('a progress file that says nothing is named', async () => {
  await using file = await recordingFile([viewed(0)]);
  const path = `${file.folder}/broken.json`;
  await writeFile(path, '{"line":');
  await expect(readProgress(path, file.path)).rejects.toThrow(
    /broken\.json does not say how far the replay came/,
  );
});

test('a recording that is not there, or is no file, is named', async () => {
  await expect(progressPath('.', url, options('nowhere.ndjson'))).rejects.toThrow(
    /nowhere\.ndjson cannot be read: ENOENT/,
  );
  await expect(progressPath('.', url, options('test'))).rejects.toThrow(/^test is not a file\. Name a file/);
});
