import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock, type Clock } from '../../src/clock.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { silentLog } from '../../src/log.ts';
import type { InboxMessage } from '../../src/sandbox/inbox-message.ts';
import type { Fault } from '../../src/sandbox/faults.ts';
import type { HookOptions } from '../../src/sandbox/provider.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';

export interface TestSandbox extends AsyncDisposable {
  url: string;
  home: string;
  /** What the inbox tells, newest first; `query` as in `to=a@b.test&limit=1`. */
  messages(query?: string): Promise<InboxMessage[]>;
  order(fault: Fault): Promise<void>;
  /** Somebody writes. */
  reply(message: Record<string, string>): Promise<{ status: number; body: Record<string, unknown> }>;
}

/** The real sandbox provider with a home of its own, in this process. */
export async function testSandbox(
  clock: Clock = createClock(realTime),
  hooks?: HookOptions,
): Promise<TestSandbox> {
  const home = await mkdtemp(join(tmpdir(), 'kairos-sandbox-'));
  const sandbox = await startSandbox({ home, host: '127.0.0.1', port: 0, clock, log: silentLog, hooks });
  return {
    url: sandbox.url,
    home,
    messages: async (query = '') => {
      const answer = await fetch(`${sandbox.url}/sandbox/messages?${query}`);
      return ((await answer.json()) as { messages: InboxMessage[] }).messages;
    },
    order: async (fault) => {
      const answer = await fetch(`${sandbox.url}/sandbox/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fault),
      });
      if (!answer.ok) throw new Error(await answer.text());
    },
    reply: async (message) => {
      const answer = await fetch(`${sandbox.url}/sandbox/reply`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(message),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    },
    async [Symbol.asyncDispose]() {
      await sandbox.stop();
      await rm(home, { recursive: true });
    },
  };
}
