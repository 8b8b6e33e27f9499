import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import type { ChannelAdapter, Outbound } from '../../../activities/channels/channel.ts';
import { createChannels } from '../../../activities/channels/create-channels.ts';
import { createClock } from '../../../src/clock.ts';
import { realTime } from '../../../src/domain/time-scale.ts';
import { brokenProvider, say } from './broken-provider.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const clock = createClock(realTime);
const outbound: Outbound = {
  deliveryId: '0198c0de-0000-7000-8000-000000000001',
  to: 'c-1',
  content: { fields: { title: 'Your table is back' } },
  about: { message: 'restock', purpose: 'help', customerId: 'c-1', data: { sku: 'table' } },
};

/** @param over.timeoutMs Ample where an answer comes, so that a slow machine gets it too. */
function webhookTo(
  url: string,
  over: { names?: () => Promise<never>; timeoutMs?: number } = {},
): ChannelAdapter {
  const known = () => Promise.resolve({ userIds: ['u1'], anonymousIds: ['a1', 'a2'] });
  const options = { emailFrom: 'a@example.test', clock, names: known, timeoutMs: 20_000, ...over };
  return createChannels({ ...options, webhook: { url, secret } }).webhook!;
}

interface Received {
  headers: Record<string, string>;
  body: string;
}

/** Somebody else's system: keeps what it is told and answers 204. */
async function receiver() {
  const received: Received[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const headers = req.headers as Record<string, string>;
      received.push({ headers, body: Buffer.concat(chunks).toString('utf8') });
      res.writeHead(204).end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/kairos?tenant=1`,
    [Symbol.asyncDispose]: () => new Promise<void>((closed) => server.close(() => closed())),
  };
}

test('a receiver verifies what it is told with the library of Standard Webhooks; told again, it has the same id', async () => {
  await using system = await receiver();
  const webhook = webhookTo(system.url);
  expect(await webhook.send(outbound)).toEqual({ kind: 'accepted', providerId: null });
  expect(await webhook.send(outbound)).toEqual({ kind: 'accepted', providerId: null });
  const [first, again] = system.received;
  expect(new Webhook(secret).verify(first!.body, first!.headers)).toEqual({
    type: 'message',
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    data: {
      deliveryId: outbound.deliveryId,
      message: 'restock',
      purpose: 'help',
      customer: { id: 'c-1', userIds: ['u1'], anonymousIds: ['a1', 'a2'] },
      fields: { title: 'Your table is back' },
      data: { sku: 'table' },
    },
  });
  expect(first!.headers['webhook-id']).toBe(outbound.deliveryId);
  expect(again!.headers['webhook-id']).toBe(outbound.deliveryId);
  const forged = first!.body.replace('table', 'chair');
  expect(() => new Webhook(secret).verify(forged, first!.headers)).toThrow('No matching signature');
});

test.each<[string, Record<string, string>, object]>([
  ['200 OK', {}, { kind: 'accepted' }],
  ['410 Gone', {}, { kind: 'refused', code: '410' }],
  ['422 Unprocessable', {}, { kind: 'refused', code: '422' }],
  ['429 Too Many', { 'retry-after': '3' }, { kind: 'not-accepted', retryAfterMs: 3_000 }],
  ['503 Unavailable', { 'retry-after': '2' }, { kind: 'not-accepted', retryAfterMs: 2_000 }],
  ['503 Unavailable', {}, { kind: 'unknown' }],
  ['500 Broken', { 'retry-after': '2' }, { kind: 'unknown' }],
  ['302 Found', { location: '/elsewhere' }, { kind: 'unknown' }],
  ['401 Unauthorized', {}, { kind: 'not-accepted' }],
])('an answer of %s with %j', async (status, headers, expected) => {
  await using server = await brokenProvider((socket) => say(socket, status, headers, 'secret words'));
  const outcome = await webhookTo(server.url).send(outbound);
  expect(outcome).toMatchObject(expected);
  expect(JSON.stringify(outcome)).not.toMatch(/secret words|127\.0\.0\.1/);
  expect(server.requests).toBe(1);
});

test('no answer leaves it in doubt; nobody there, or a database that is away, does not', async () => {
  await using hanging = await brokenProvider(() => undefined);
  expect(await webhookTo(hanging.url, { timeoutMs: 500 }).send(outbound)).toEqual({
    kind: 'unknown',
    detail: 'no answer within 500 ms',
  });
  expect(await webhookTo('http://127.0.0.1:1/').send(outbound)).toMatchObject({ kind: 'not-accepted' });
  const away = () => Promise.reject(new Error('connection lost for u1'));
  expect(await webhookTo(hanging.url, { names: away }).send(outbound)).toEqual({
    kind: 'not-accepted',
    retryAfterMs: null,
    detail: 'the customer’s ids could not be read',
  });
});
