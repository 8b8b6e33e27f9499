import { expect, test } from 'vitest';
import type { OutgoingMessage } from '../../src/replay/outgoing.ts';
import { Poster } from '../../src/replay/poster.ts';
import { kairosStandIn } from './kairos-stand-in.ts';

const writeKey = 'some-write-key';
const timestamp = new Date('2026-05-01T00:00:00.000Z');

function messages(count: number, properties: Record<string, unknown> = {}): OutgoingMessage[] {
  return Array.from({ length: count }, (_, n) => ({
    type: 'track' as const,
    event: 'Product Viewed',
    userId: undefined,
    anonymousId: 'a',
    context: { sessionId: 's' },
    properties,
    messageId: `m${n}`,
    timestamp,
  }));
}

test('a batch is one request, in order, under the write key', async () => {
  await using kairos = await kairosStandIn();
  const poster = new Poster({ url: kairos.url, writeKey });
  expect(await poster.post(messages(100))).toEqual({
    taken: true,
    accepted: 100,
    duplicates: 0,
    rejected: [],
  });
  expect(kairos.batches.map((batch) => batch.map(({ messageId }) => messageId))).toEqual([
    messages(100).map(({ messageId }) => messageId),
  ]);
  expect(kairos.writeKey).toBe(writeKey);
  expect(kairos.batches[0]![0]).toMatchObject({
    timestamp: timestamp.toISOString(),
    context: { sessionId: 's' },
  });
});

test('also with as many bytes as a batch may have, all of them letters the client counts', async () => {
  await using kairos = await kairosStandIn();
  const poster = new Poster({ url: kairos.url, writeKey });
  const big = messages(15, { text: '"i" é%'.repeat(3_500) });
  expect(await poster.post(big)).toMatchObject({ taken: true, accepted: 15 });
  expect(kairos.batches).toHaveLength(1);
});

test('every kind of message goes out as what it is', async () => {
  await using kairos = await kairosStandIn();
  const poster = new Poster({ url: kairos.url, writeKey });
  const ids = { userId: 'u', anonymousId: 'a', context: {}, timestamp };
  const kinds: OutgoingMessage[] = [
    { type: 'track', event: 'E', properties: { p: 1 }, messageId: '1', ...ids },
    { type: 'identify', traits: { t: 1 }, messageId: '2', ...ids },
    { type: 'page', category: 'C', name: 'N', properties: { p: 1 }, messageId: '3', ...ids },
    { type: 'screen', category: 'C', name: 'N', properties: { p: 1 }, messageId: '4', ...ids },
    { type: 'group', groupId: 'g', traits: { t: 1 }, messageId: '5', ...ids },
    { type: 'alias', previousId: 'p', messageId: '6', ...ids },
  ];
  expect(await poster.post(kinds)).toMatchObject({ accepted: 6 });
  const [track, identify, page, screen, group, alias] = kairos.batches[0]!;
  expect(track).toMatchObject({
    type: 'track',
    event: 'E',
    properties: { p: 1 },
    userId: 'u',
    anonymousId: 'a',
  });
  expect(identify).toMatchObject({ type: 'identify', traits: { t: 1 }, userId: 'u', anonymousId: 'a' });
  expect(page).toMatchObject({ type: 'page', category: 'C', name: 'N', properties: { p: 1 } });
  expect(screen).toMatchObject({ type: 'screen', category: 'C', name: 'N', properties: { p: 1 } });
  expect(group).toMatchObject({ type: 'group', groupId: 'g', traits: { t: 1 } });
  expect(alias).toMatchObject({ type: 'alias', previousId: 'p', userId: 'u' });
});

test('after a 503 the batch is posted again; the trouble is told meanwhile', async () => {
  await using kairos = await kairosStandIn();
  const poster = new Poster({ url: kairos.url, writeKey });
  let tries = 0;
  kairos.refuse = () => (++tries === 1 ? { status: 503, headers: { 'retry-after': '2' } } : null);
  const answer = poster.post(messages(2));
  await expect.poll(() => poster.trouble).toBe('Kairos answers 503');
  expect(await answer).toMatchObject({ taken: true, accepted: 2 });
  expect(poster.trouble).toBeNull();
});

test('what was taken though the answer was lost counts as a duplicate', async () => {
  await using kairos = await kairosStandIn();
  const poster = new Poster({ url: kairos.url, writeKey });
  await poster.post(messages(2));
  expect(await poster.post(messages(3))).toEqual({ taken: true, accepted: 1, duplicates: 2, rejected: [] });
});

test('rejected messages are told by their place, also when they are all', async () => {
  await using kairos = await kairosStandIn();
  const poster = new Poster({ url: kairos.url, writeKey });
  kairos.rejects.add('m1');
  const rejection = { index: 1, sentence: 'malformed-message: not this one' };
  expect(await poster.post(messages(3))).toMatchObject({ taken: true, accepted: 2, rejected: [rejection] });
  kairos.rejects.add('m0');
  expect(await poster.post(messages(2))).toMatchObject({
    taken: true,
    accepted: 0,
    rejected: [{ index: 0 }, rejection],
  });
});

test('an unknown key takes nothing, and the sentence names the cure', async () => {
  await using kairos = await kairosStandIn();
  const poster = new Poster({ url: kairos.url, writeKey });
  kairos.refuse = () => ({ status: 401, body: { code: 'unknown-key', detail: 'This key is not known.' } });
  expect(await poster.post(messages(1))).toEqual({
    taken: false,
    sentence: `Kairos answered 401 unknown-key: This key is not known. Set KAIROS_WRITE_KEY to the write key of ${kairos.url}.`,
  });
});

test('a 200 that does not speak of every message is not taken for one', async () => {
  await using kairos = await kairosStandIn();
  const poster = new Poster({ url: kairos.url, writeKey });
  kairos.refuse = () => ({ status: 200, body: { success: true } });
  const sentence = `Kairos answered 200. Is ${kairos.url} a Kairos? Say with --url where it is.`;
  expect(await poster.post(messages(1))).toEqual({ taken: false, sentence });
});

test('when its patience ends, nothing was taken, and why', async () => {
  const poster = new Poster({ url: 'http://127.0.0.1:9', writeKey, patienceSeconds: 0 });
  const answer = await poster.post(messages(1));
  expect(answer).toMatchObject({
    taken: false,
    sentence: expect.stringMatching(/^Nothing was taken: /) as string,
  });
});
