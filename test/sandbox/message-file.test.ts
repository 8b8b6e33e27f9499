import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { StartError } from '../../src/errors.ts';
import type { InboxMessage } from '../../src/sandbox/inbox-message.ts';
import { MessageFile, type MessageFilter } from '../../src/sandbox/message-file.ts';

async function folder() {
  const path = await mkdtemp(join(tmpdir(), 'kairos-inbox-'));
  return {
    file: join(path, 'deeper', 'sandbox.ndjson'),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}

function message(n: number, more: Partial<InboxMessage> = {}): InboxMessage {
  return {
    id: `m${n}`,
    channel: n % 2 ? 'sms' : 'email',
    to: `p${n}@example.test`,
    from: 'shop',
    subject: 'Grüße 🎁 ,"from":"x"',
    html: null,
    text: 'line\nline',
    headers: {},
    deliveryId: null,
    at: new Date(n).toISOString(),
    ...more,
  };
}

async function ids(file: MessageFile, filter: Partial<MessageFilter> = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const line of file.newest({ limit: 100, ...filter })) {
    found.push((JSON.parse(line.toString()) as InboxMessage).id);
  }
  return found;
}

test('keeps messages across openings, newest first, whatever they contain', async () => {
  await using dir = await folder();
  const first = message(0, { to: 'a","from":"b' });
  {
    await using file = await MessageFile.open(dir.file);
    await file.append([first, message(1)]);
    await file.append([message(2)]);
  }
  await using file = await MessageFile.open(dir.file);
  await file.append([message(3)]);
  expect(await ids(file)).toEqual(['m3', 'm2', 'm1', 'm0']);
  expect(await ids(file, { limit: 2 })).toEqual(['m3', 'm2']);
  expect(await ids(file, { channel: 'sms' })).toEqual(['m3', 'm1']);
  expect(await ids(file, { to: 'P2@EXAMPLE.test' })).toEqual(['m2']);
  expect(await ids(file, { to: first.to })).toEqual(['m0']);
  expect(await ids(file, { to: 'nobody@example.test' })).toEqual([]);
});

test('cuts off a line that a crash tore, and goes on behind it', async () => {
  await using dir = await folder();
  {
    await using file = await MessageFile.open(dir.file);
    await file.append([message(0)]);
  }
  await appendFile(dir.file, '{"id":"torn","channel":"sms","to":"+1');
  await using file = await MessageFile.open(dir.file);
  expect(await ids(file)).toEqual(['m0']);
  await file.append([message(1)]);
  const lines = (await readFile(dir.file, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as InboxMessage).id)).toEqual(['m0', 'm1']);
});

test('a file that is not its own is left alone, with a sentence that names it', async () => {
  await using dir = await folder();
  await (await MessageFile.open(dir.file))[Symbol.asyncDispose]();
  await writeFile(dir.file, 'something else\n');
  const opening = MessageFile.open(dir.file);
  await expect(opening).rejects.toThrow(StartError);
  await expect(opening).rejects.toThrow(dir.file);
  expect(await readFile(dir.file, 'utf8')).toBe('something else\n');
});

test('is readable by its owner only: it holds addresses', async () => {
  await using dir = await folder();
  await using _file = await MessageFile.open(dir.file);
  expect((await stat(dir.file)).mode & 0o777).toBe(0o600);
});

test('finds what is longer than a read, and many messages written at once by many', async () => {
  await using dir = await folder();
  const long = message(0, { html: 'x'.repeat(3_000_000) });
  {
    await using file = await MessageFile.open(dir.file);
    await file.append([long]);
    await Promise.all(Array.from({ length: 3_000 }, (_, i) => file.append([message(i + 1)])));
  }
  await using file = await MessageFile.open(dir.file);
  expect(file.count).toBe(3_001);
  const found = await ids(file, { limit: 10_000 });
  expect([found.length, found[0], found.at(-1)]).toEqual([3_001, 'm3000', 'm0']);
});
