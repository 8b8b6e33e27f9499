import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createChannels } from '../../activities/channels/create-channels.ts';
import type { InboxMessage } from '../../src/sandbox/inbox-message.ts';

async function home() {
  const path = await mkdtemp(join(tmpdir(), 'kairos-sandbox-process-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

async function start(env: Record<string, string>) {
  const child = fork('src/bin/sandbox.ts', {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...env },
  });
  const [ready] = (await once(child, 'message')) as [{ ready: true; url: string }];
  return { child, url: ready.url, [Symbol.asyncDispose]: () => end(child, () => child.kill('SIGKILL')) };
}

async function end(child: ChildProcess, by: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  by();
  await exit;
}

async function inbox(url: string): Promise<InboxMessage[]> {
  const answer = await fetch(`${url}/sandbox/messages`);
  return ((await answer.json()) as { messages: InboxMessage[] }).messages;
}

const send = (url: string, n: number) =>
  createChannels({ sandboxUrl: url, emailFrom: 'hello@shop.example' }).sms!.send({
    deliveryId: `d${n}`,
    to: '+14155550100',
    content: { text: 'Hello' },
  });

test('what was answered for survives a kill -9', async () => {
  await using dir = await home();
  await using first = await start({ KAIROS_HOME: dir.path, PORT: '' });
  for (let n = 0; n < 5; n += 1) await send(first.url, n);
  const under = Array.from({ length: 20 }, (_, n) => send(first.url, 100 + n));
  await Promise.race(under);
  await end(first.child, () => first.child.kill('SIGKILL'));
  const outcomes = await Promise.all(under);
  await using second = await start({ KAIROS_HOME: dir.path, PORT: '' });
  const kept = (await inbox(second.url)).map(({ deliveryId }) => deliveryId);
  const answered = outcomes.flatMap(({ kind }, n) => (kind === 'accepted' ? [`d${100 + n}`] : []));
  expect(kept).toEqual(expect.arrayContaining(['d0', 'd1', 'd2', 'd3', 'd4', ...answered]));
  expect(new Set(kept).size).toBe(kept.length);
});

test('tells Kairos’s time by the origin and speed it is given, and ends when its supervisor hangs up', async () => {
  await using dir = await home();
  const env = {
    KAIROS_HOME: dir.path,
    PORT: '0',
    KAIROS_CLOCK_SPEED: '3600',
    KAIROS_CLOCK_ORIGIN: '1700000000000',
  };
  await using sandbox = await start(env);
  await send(sandbox.url, 1);
  expect(new Date((await inbox(sandbox.url))[0]!.at).getFullYear()).toBeGreaterThan(2_100);
  await end(sandbox.child, () => sandbox.child.disconnect());
  expect(sandbox.child.exitCode).toBe(0);
  expect((await readFile(join(dir.path, 'sandbox.ndjson'), 'utf8')).split('\n')).toHaveLength(2);
});

test('ends on SIGTERM, also while a call is held', async () => {
  await using dir = await home();
  await using sandbox = await start({ KAIROS_HOME: dir.path, PORT: '0' });
  await fetch(`${sandbox.url}/sandbox/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"channel":"sms","fault":"accept-then-timeout"}',
  });
  const held = send(sandbox.url, 1);
  await expect.poll(() => inbox(sandbox.url)).toHaveLength(1);
  await end(sandbox.child, () => sandbox.child.kill('SIGTERM'));
  expect(sandbox.child.exitCode).toBe(0);
  expect((await held).kind).toBe('unknown');
});
