import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** The moment at which recordings of the tests begin. */
export const recordedStart = Date.parse('2019-10-01T00:00:00.000Z');

/** A line: somebody looks at something, some seconds after the start. */
export function viewed(afterSeconds: number, fields: Record<string, unknown> = {}): string {
  const timestamp = new Date(recordedStart + afterSeconds * 1_000).toISOString();
  return JSON.stringify({ type: 'track', event: 'Product Viewed', anonymousId: 'a', timestamp, ...fields });
}

/** A line: what the warehouse reports, some seconds after the start. */
export function stockChanged(afterSeconds: number, fields: Record<string, unknown> = {}): string {
  const time = new Date(recordedStart + afterSeconds * 1_000).toISOString();
  const event = { specversion: '1.0', source: '/stores/0', type: 'stock.changed', subject: 'A' };
  return JSON.stringify({ ...event, id: `s-${afterSeconds}`, time, data: { available: 1 }, ...fields });
}

export interface RecordingFile extends AsyncDisposable {
  path: string;
  /** A folder of its own, to be a home. */
  folder: string;
  write(lines: string[]): Promise<void>;
}

/** A file of these lines, removed at the end of its `await using`. */
export async function recordingFile(lines: string[], name = 'shop.ndjson'): Promise<RecordingFile> {
  const folder = await mkdtemp(join(tmpdir(), 'kairos-replay-'));
  const path = join(folder, name);
  const write = async (given: string[]) => {
    const text = given.map((line) => `${line}\n`).join('');
    await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text);
  };
  await write(lines);
  return { path, folder, write, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
