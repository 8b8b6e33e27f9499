import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { StartError } from '../errors.ts';

/** A line of a recording, counted from 1; `text` is null when it was longer than the bound. */
export interface RecordedLine {
  number: number;
  text: string | null;
}

const newline = 0x0a;

/**
 * The lines of a file, one at a time and in order, gunzipped when its first bytes say so. Whatever the file's length,
 * no more than a line and the streams' buffers are in memory; a line over `maxBytes` is passed over as it comes.
 * @throws StartError when the file cannot be read, or ends in the middle of its compression.
 */
export async function* recordedLines(file: string, maxBytes: number): AsyncGenerator<RecordedLine> {
  try {
    yield* splitLines(await openStream(file), maxBytes);
  } catch (error) {
    throw new StartError(`${file} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
}

async function openStream(file: string): Promise<AsyncIterable<Buffer>> {
  const handle = await open(file);
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  await handle.close();
  const raw = createReadStream(file);
  const isGzip = bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  // The callback is where pipeline reports what the reader of the lines is told as well.
  return isGzip ? pipeline(raw, createGunzip(), () => {}) : raw;
}

async function* splitLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<RecordedLine> {
  let number = 1;
  let parts: Buffer[] = [];
  let bytes = 0;
  const keep = (part: Buffer) => {
    bytes += part.length;
    if (bytes <= maxBytes) parts.push(part);
    else parts = [];
  };
  const take = (): RecordedLine => {
    const text = bytes > maxBytes ? null : Buffer.concat(parts).toString('utf8');
    parts = [];
    bytes = 0;
    return { number: number++, text };
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      keep(chunk.subarray(from, end));
      yield take();
      from = end + 1;
    }
    keep(chunk.subarray(from));
  }
  if (bytes > 0) yield take();
}
