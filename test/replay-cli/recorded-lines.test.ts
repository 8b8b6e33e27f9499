import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { recordedLines } from '../../src/replay/recorded-lines.ts';

async function fileOf(content: string | Buffer) {
  const folder = await mkdtemp(join(tmpdir(), 'kairos-replay-'));
  const path = join(folder, 'recording');
  await writeFile(path, content);
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

async function texts(path: string, maxBytes = 1_000): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  for await (const { number, text } of recordedLines(path, maxBytes)) {
    found.push(text);
    expect(number).toBe(found.length);
  }
  return found;
}

test('lines come in order, with and without a last newline', async () => {
  await using whole = await fileOf('one\n\nthree\n');
  await using open = await fileOf('one\n\nthree');
  expect(await texts(whole.path)).toEqual(['one', '', 'three']);
  expect(await texts(open.path)).toEqual(['one', '', 'three']);
});

test('a gzipped file is known by its first bytes, in one piece or several', async () => {
  await using file = await fileOf(Buffer.concat([gzipSync('one\ntw'), gzipSync('o\n')]));
  expect(await texts(file.path)).toEqual(['one', 'two']);
});

test('characters and lines may lie across chunks', async () => {
  const line = 'é'.repeat(50_000);
  await using file = await fileOf(`x${line}\n${line}\n`);
  expect(await texts(file.path, 200_000)).toEqual([`x${line}`, line]);
});

test('a line over the bound is passed over, and the next is read', async () => {
  await using file = await fileOf(`${'x'.repeat(300_000)}\nshort\n`);
  expect(await texts(file.path)).toEqual([null, 'short']);
});

test('a file that ends within its compression says so, after its lines', async () => {
  const packed = gzipSync(Array.from({ length: 20_000 }, (_, n) => `line ${n * 7919}`).join('\n'));
  await using file = await fileOf(packed.subarray(0, packed.length / 2));
  await expect(texts(file.path)).rejects.toThrow(/recording cannot be read: unexpected end of file/);
});

test('a file that is not there is named', async () => {
  await expect(texts('nowhere.ndjson')).rejects.toThrow(/^nowhere\.ndjson cannot be read: ENOENT/);
});
