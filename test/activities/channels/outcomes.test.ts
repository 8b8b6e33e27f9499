import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { CallOutcome, ChannelContent } from '../../../activities/channels/channel.ts';
import { createChannels } from '../../../activities/channels/create-channels.ts';
import { testSandbox } from '../../support/sandbox.ts';
import { brokenProvider, say } from './broken-provider.ts';

/** Those with a provider whose answers the sandbox gives. */
const channels = ['email', 'sms', 'whatsapp'] as const;
type Channel = (typeof channels)[number];

const to: Record<Channel, string> = {
  email: 'ada@example.test',
  sms: '+14155550100',
  whatsapp: '+14155550100',
};
const content: Record<Channel, ChannelContent> = {
  email: { subject: 'Hello', html: '<p>Hello</p>', text: 'Hello' },
  sms: { text: 'Hello' },
  whatsapp: { text: 'Hello' },
};

function call(channel: Channel, sandboxUrl: string, more: { timeoutMs?: number; signal?: AbortSignal } = {}) {
  const options = { sandboxUrl, emailFrom: 'The shop <hello@shop.example>', timeoutMs: more.timeoutMs };
  const adapter = createChannels(options)[channel]!;
  return adapter.send({ deliveryId: 'd-1', to: to[channel], content: content[channel] }, more.signal);
}

const anyText = expect.any(String) as string;

describe.each(channels)('%s, through the real client library', (channel) => {
  test('accepted: the provider’s id comes back, ours travels along', async () => {
    await using sandbox = await testSandbox();
    const outcome = await call(channel, sandbox.url);
    expect(outcome).toEqual({ kind: 'accepted', providerId: anyText });
    const [message] = await sandbox.messages();
    expect(message).toMatchObject({ channel, to: to[channel], deliveryId: 'd-1', ...content[channel] });
    const { providerId } = outcome as { providerId: string };
    expect(message!.id.startsWith(providerId)).toBe(true);
  });

  const code = { email: '400', sms: '21612', whatsapp: '21612' }[channel];
  type Fault = Parameters<Awaited<ReturnType<typeof testSandbox>>['order']>[0]['fault'];
  // Where no answer comes, time is left in which the message can.
  test.each<[Fault, CallOutcome, number, timeoutMs: number]>([
    ['refuse', { kind: 'refused', code, detail: anyText }, 0, 20_000],
    ['rate-limit', { kind: 'not-accepted', retryAfterMs: 1_000, detail: anyText }, 0, 20_000],
    ['server-error', { kind: 'unknown', detail: anyText }, 0, 20_000],
    ['timeout', { kind: 'unknown', detail: 'no answer within 1000 ms' }, 0, 1_000],
    ['accept-then-timeout', { kind: 'unknown', detail: 'no answer within 1000 ms' }, 1, 1_000],
  ])('%s happens once, and is not repeated by the library', async (fault, expected, stored, timeoutMs) => {
    await using sandbox = await testSandbox();
    await sandbox.order({ channel, fault, times: 1 });
    expect(await call(channel, sandbox.url, { timeoutMs })).toMatchObject(expected);
    expect(await sandbox.messages()).toHaveLength(stored);
    expect((await call(channel, sandbox.url)).kind, 'the fault was used up').toBe('accepted');
  });

  test('connection refused: certainly not accepted', async () => {
    const closed = await brokenProvider(() => undefined);
    await closed[Symbol.asyncDispose]();
    expect(await call(channel, closed.url)).toEqual({
      kind: 'not-accepted',
      retryAfterMs: null,
      detail: expect.stringContaining('ECONNREFUSED') as string,
    });
  });

  test('a name that does not resolve: certainly not accepted', async () => {
    expect(await call(channel, 'http://provider.invalid')).toEqual({
      kind: 'not-accepted',
      retryAfterMs: null,
      detail: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) as string,
    });
  });

  test('a TLS handshake that fails: nothing was said yet, so certainly not accepted', async () => {
    await using server = await brokenProvider((socket) => socket.end('this is no TLS'));
    const outcome = await call(channel, server.url.replace('http:', 'https:'));
    expect(outcome).toMatchObject({ kind: 'not-accepted', retryAfterMs: null });
  });

  test('a provider that lets the handshake hang: not accepted, when time is up', async () => {
    await using server = await brokenProvider(() => undefined);
    const outcome = await call(channel, server.url.replace('http:', 'https:'), { timeoutMs: 300 });
    expect(outcome).toMatchObject({ kind: 'not-accepted', detail: 'no answer within 300 ms' });
  });

  test.each<[string, (socket: Socket) => void]>([
    ['reset once the request came', (socket) => socket.resetAndDestroy()],
    ['closed without an answer', (socket) => socket.end()],
    [
      'reset within the headers',
      (socket) => socket.write('HTTP/1.1 202 Acc', () => socket.resetAndDestroy()),
    ],
    [
      'reset within the body',
      (socket) =>
        socket.write('HTTP/1.1 202 Accepted\r\ncontent-length: 99\r\n\r\n{', () =>
          setImmediate(() => socket.resetAndDestroy()),
        ),
    ],
    ['an answer that is no HTTP', (socket) => socket.end('hello\r\n\r\n')],
    ['a redirect', (socket) => say(socket, '307 Temporary Redirect', { location: '/elsewhere' })],
    ['a bad gateway', (socket) => say(socket, '502 Bad Gateway', {}, '<html>')],
    ['503 with Retry-After', (socket) => say(socket, '503 Unavailable', { 'retry-after': '1' })],
  ])('%s: unknown, after one request', async (_name, answer) => {
    await using server = await brokenProvider(answer);
    expect(await call(channel, server.url)).toMatchObject({ kind: 'unknown', detail: anyText });
    expect(server.requests).toBe(1);
  });

  test('headers that trickle in are not waited for longer than the time-out', async () => {
    await using server = await brokenProvider((socket) => {
      socket.write('HTTP/1.1 202 Accepted\r\n');
      let n = 0;
      const timer = setInterval(() => socket.write(`x-slow-${(n += 1)}: yes\r\n`), 50);
      socket.once('close', () => clearInterval(timer));
    });
    const from = performance.now();
    expect((await call(channel, server.url, { timeoutMs: 400 })).kind).toBe('unknown');
    // They would trickle for ever.
    expect(performance.now() - from).toBeLessThan(15_000);
  });

  test.each([
    ['401 Unauthorized', { kind: 'not-accepted', retryAfterMs: null }],
    ['403 Forbidden', { kind: 'not-accepted', retryAfterMs: null }],
    ['408 Request Timeout', { kind: 'not-accepted', retryAfterMs: null }],
    ['400 Bad Request', { kind: 'refused', code: '400' }],
    ['404 Not Found', { kind: 'refused', code: '404' }],
    ['413 Too Large', { kind: 'refused', code: '413' }],
    ['422 Unprocessable', { kind: 'refused', code: '422' }],
  ])('%s with a body that is no JSON', async (status, expected) => {
    await using server = await brokenProvider((socket) => say(socket, status, {}, '<html>no</html>'));
    expect(await call(channel, server.url)).toMatchObject(expected);
    expect(server.requests).toBe(1);
  });

  test('429 with a date: the wait counts from the answer’s own date, and is at most an hour', async () => {
    const date = 'Mon, 05 Jan 2026 10:00:00 GMT';
    for (const [until, ms] of [
      ['Mon, 05 Jan 2026 10:01:30 GMT', 90_000],
      ['Tue, 06 Jan 2026 10:00:00 GMT', 3_600_000],
      ['Mon, 05 Jan 2026 09:00:00 GMT', 0],
      ['soon', null],
    ] as const) {
      await using server = await brokenProvider((socket) => {
        say(socket, '429 Too Many Requests', { date, 'retry-after': until });
      });
      expect(await call(channel, server.url)).toMatchObject({ kind: 'not-accepted', retryAfterMs: ms });
    }
  });

  test('cancelled while the provider thinks: unknown; cancelled before: not accepted', async () => {
    const controller = new AbortController();
    await using server = await brokenProvider(() => controller.abort());
    const { signal } = controller;
    expect((await call(channel, server.url, { signal })).kind).toBe('unknown');
    expect((await call(channel, server.url, { signal })).kind).toBe('not-accepted');
    expect(server.requests).toBe(1);
  });

  test('no detail repeats an address, whatever the provider says', async () => {
    const words = `No ${to[channel]} nor bob@example.test nor +1 (415) 555-0199 here`;
    const body = JSON.stringify({ errors: [{ message: words, field: null }], code: 21211, message: words });
    await using server = await brokenProvider((socket) => {
      say(socket, '400 Bad Request', { 'content-type': 'application/json' }, body);
    });
    const outcome = await call(channel, server.url);
    expect(outcome).toMatchObject({
      kind: 'refused',
      code: { email: '400', sms: '21211', whatsapp: '21211' }[channel],
      detail: '400: No [address] nor [address] nor [address] here',
    });
  });

  test('only what Twilio says of a number speaks against it: who opted out there, and no number at all', async () => {
    const reasons = [];
    for (const code of [21610, 21614, 21617, 20404]) {
      await using server = await brokenProvider((socket) => {
        say(socket, '400 Bad Request', { 'content-type': 'application/json' }, JSON.stringify({ code }));
      });
      const outcome = await call(channel, server.url);
      reasons.push(outcome.kind === 'refused' ? outcome.suppress?.reason : outcome.kind);
    }
    const none = [undefined, undefined];
    expect(reasons).toEqual(channel === 'email' ? [...none, ...none] : ['stopped', 'refused', ...none]);
  });

  test('a sender that is none is the shop’s own setting: it is asked again, and nobody loses the message', async () => {
    const errors = [{ message: 'The from email does not contain a valid address.', field: 'from.email' }];
    const body = JSON.stringify({ errors, code: 21701, message: 'The Messaging Service does not exist.' });
    await using server = await brokenProvider((socket) => {
      say(socket, '400 Bad Request', { 'content-type': 'application/json' }, body);
    });
    expect(await call(channel, server.url)).toMatchObject({ kind: 'not-accepted', retryAfterMs: null });
  });

  test('the provider’s own checks: an address it does not take is refused', async () => {
    await using sandbox = await testSandbox();
    const adapter = createChannels({ sandboxUrl: sandbox.url, emailFrom: 'hello@shop.example' })[channel]!;
    const outcome = await adapter.send({ deliveryId: 'd', to: 'nowhere', content: content[channel] });
    expect(outcome).toMatchObject({
      kind: 'refused',
      code: { email: '400', sms: '21211', whatsapp: '21211' }[channel],
    });
    expect(JSON.stringify(outcome)).not.toContain('nowhere');
  });
});
