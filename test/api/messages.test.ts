import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { admin, testApi, write } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';

async function setup(options: Parameters<typeof testApi>[1] = {}) {
  const database = await testDatabase();
  const api = await testApi({ database }, options);
  return {
    database,
    api,
    events: () => database.db.query.events.findMany({ orderBy: (event, { asc }) => asc(event.seq) }),
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('each kind of message is accepted under its path and its short form', async () => {
  await using s = await setup();
  const bodies = {
    track: { event: 'Product Viewed', properties: { sku: 'A' } },
    identify: { traits: { plan: 'pro' } },
    alias: { previousId: 'anonymous-1' },
    page: { name: 'Home', category: 'Docs' },
    screen: { name: 'Start' },
    group: { groupId: 'g1', traits: { name: 'Initech' } },
  };
  const short = { track: 't', identify: 'i', alias: 'a', page: 'p', screen: 's', group: 'g' };
  for (const [kind, body] of Object.entries(bodies)) {
    for (const path of [kind, short[kind as keyof typeof short]]) {
      const answer = await s.api.post(`/v1/${path}`, { userId: 'u1', ...body });
      expect([path, answer.status, answer.body]).toEqual([path, 200, { success: true }]);
    }
  }
  const events = await s.events();
  expect(events.map((event) => event.kind)).toEqual(Object.keys(bodies).flatMap((kind) => [kind, kind]));
  expect(events.map((event) => event.name)).toEqual(
    ['Product Viewed', null, null, 'Home', 'Start', null].flatMap((name) => [name, name]),
  );
  expect(events[0]).toMatchObject({ userId: 'u1', anonymousId: null, admin: false });
  expect(events[4]).toMatchObject({ previousId: 'anonymous-1' });
  expect(events[10]!.body).toEqual({ groupId: 'g1', traits: { name: 'Initech' } });
  expect(await s.database.sql`select count(*)::int as n from unrouted`).toEqual([{ n: 12 }]);
});

test('an identify says of at most so many channels and topics what is agreed to', async () => {
  await using s = await setup();
  const say = (count: number) => {
    const channels = Object.fromEntries(Array.from({ length: count }, (_, n) => [`email:t${n}`, true]));
    return s.api.post('/v1/identify', { userId: 'u1', context: { consent: { channels } } });
  };
  expect((await say(bounds.consentTopics)).status).toBe(200);
  const refused = await say(bounds.consentTopics + 1);
  expect([refused.status, refused.body.code]).toEqual([400, 'malformed-message']);
  expect(refused.body.detail).toContain(`over the bound of ${bounds.consentTopics}`);
});

test('a consent to a channel that there is not says nothing, and the operator sees it', async () => {
  await using s = await setup();
  const channels = { email: true, fax: true };
  const body = { userId: 'u1', messageId: 'm1', context: { consent: { channels } } };
  expect((await s.api.post('/v1/identify', body)).body).toEqual({ success: true });
  const batch = await s.api.post('/v1/batch', { batch: [{ type: 'identify', ...body, messageId: 'm2' }] });
  expect(batch.body).toMatchObject({ accepted: 1, rejected: [] });
  await s.api.post('/v1/identify', body);
  const { items } = (await s.api.get('/v1/rejections')).body;
  expect(items).toHaveLength(2);
  expect(items[0]!['detail']).toContain('got "fax"; it says nothing, and the rest was accepted');
});

test.each<[string, unknown, string]>([
  [
    'a word that is none',
    { channels: { email: 'no' } },
    'channels.email: expected true, false, "granted" or "denied", got "no"',
  ],
  [
    'a number',
    { channels: { 'email:news': 0 } },
    'channels.email:news: expected true, false, .*, got number 0',
  ],
  [
    'a state that is none',
    { channels: { sms: { state: 'revoked' } } },
    'channels.sms: expected .*, got "revoked"',
  ],
  [
    'a grant of no time',
    { at: 'once', channels: { sms: true } },
    'channels.sms: expected as `at` a time after 1970, got "once"',
  ],
  ['no channels', { email: false }, 'consent.email: expected within "channels"'],
  [
    'channels as a list',
    { channels: [{ email: false }] },
    'consent.channels: expected .*, got an array of 1',
  ],
  ['a word alone', false, 'context.consent: expected .*, got boolean false'],
])('a consent that is %s says nothing, and the operator sees it', async (_, consent, words) => {
  await using s = await setup();
  expect((await s.api.post('/v1/identify', { userId: 'u1', context: { consent } })).status).toBe(200);
  const { items } = (await s.api.get('/v1/rejections')).body;
  expect(items.map(({ detail }) => detail)).toEqual([
    expect.stringMatching(new RegExp(`${words}.*; it says nothing, and the rest was accepted\\.$`)),
  ]);
});

test('a consent that is read whole is told to nobody, whatever stands beside it', async () => {
  await using s = await setup();
  for (const consent of [
    null,
    {},
    { categoryPreferences: { Advertising: true } },
    { channels: { email: true, sms: null, push: { state: 'denied', at: 'once' } }, source: 'form' },
    { channels: { email: { state: 'granted', at: '2026-05-01T12:00:00Z' } }, at: 'once' },
  ]) {
    const answer = await s.api.post('/v1/identify', { userId: 'u1', context: { consent } });
    expect(answer.status).toBe(200);
  }
  expect((await s.api.get('/v1/rejections')).body.items).toEqual([]);
});

test('an order whose amount cannot be read is accepted without it, and the operator sees it', async () => {
  await using s = await setup();
  const order = (event: string, properties: Record<string, unknown>) =>
    s.api.post('/v1/track', { userId: 'u1', event, properties: { order_id: 'o1', ...properties } });
  const readable = [
    { total: 19.99, currency: 'eur' },
    { total: '19.99', revenue: null, currency: '' },
    { total: 1_000, currency: 'JPY' },
    {},
  ];
  for (const properties of readable) expect((await order('Order Completed', properties)).status).toBe(200);
  await order('Product Added', { total: '1,50' });
  expect((await s.api.get('/v1/rejections')).body.items).toEqual([]);
  await order('Order Completed', { total: '1.234,56', revenue: 1e300, currency: '€' });
  await order('Order Refunded', { total: {} });
  expect((await s.api.get('/v1/rejections')).body.items.map(({ detail }) => detail)).toEqual([
    'properties.total: expected an amount of the major unit, such as 19.99, got an object; it is not counted so, and the rest was accepted.',
    'properties.total: expected an amount of the major unit, such as 19.99, got "1.234,56"; properties.revenue: expected an amount of the major unit, such as 19.99, got number 1e+300; properties.currency: expected a code of ISO 4217, such as "EUR", got "€"; it is not counted so, and the rest was accepted.',
  ]);
});

test('a message is stored as it came: unknown fields stay, numbers become ids, null is absent', async () => {
  await using s = await setup();
  const answer = await s.api.post('/v1/track', {
    type: 'screen',
    event: 'Order Completed',
    userId: 4711,
    anonymousId: null,
    messageId: 'm-1',
    properties: { total: 19.99, nested: { list: [1, null, 'x'] } },
    traits: [],
    context: null,
    integrations: { All: true },
    channel: 'browser',
    writeKey: 'write-of-test',
  });
  expect(answer.status).toBe(200);
  const [event] = await s.events();
  expect(event).toMatchObject({
    kind: 'track',
    name: 'Order Completed',
    userId: '4711',
    anonymousId: null,
    messageId: 'm-1',
  });
  expect(event!.body).toEqual({
    properties: { total: 19.99, nested: { list: [1, null, 'x'] } },
    traits: {},
    integrations: { All: true },
    channel: 'browser',
  });
});

test('a key may come as Bearer, as the user name of Basic, in the query and in the body', async () => {
  await using s = await setup();
  const body = { userId: 'u', event: 'X' };
  const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` });
  const ways: [number, string | null, Awaited<ReturnType<typeof s.api.post>>][] = [
    [200, null, await s.api.post('/v1/track', body, write)],
    [200, null, await s.api.post('/v1/track', body, basic('write-of-test'))],
    [200, null, await s.api.post('/v1/track', body, admin)],
    [200, null, await s.api.post('/v1/track', body, basic('admin-of-test'))],
    [200, null, await s.api.post('/v1/track?writeKey=write-of-test', body, {})],
    [200, null, await s.api.post('/v1/track', { ...body, writeKey: 'write-of-test' }, {})],
    [401, 'missing-key', await s.api.post('/v1/track', body, {})],
    [401, 'missing-key', await s.api.post('/v1/track', '', {})],
    [401, 'missing-key', await s.api.post('/v1/batch', '{"batch":', {})],
    [401, 'missing-key', await s.api.post('/v1/push/subscriptions', '', {})],
    [400, 'malformed-json', await s.api.post('/v1/track?writeKey=write-of-test', '', {})],
    [401, 'unknown-key', await s.api.post('/v1/track', body, { authorization: 'Bearer nobody' })],
    [401, 'unknown-key', await s.api.post('/v1/track', body, { authorization: 'Digest x' })],
    [401, 'unknown-key', await s.api.post('/v1/track', { ...body, writeKey: 'admin-of-test' }, {})],
    // An admin key does not belong where proxies write it down; a write key there is still the wrong one.
    [401, 'unknown-key', await s.api.get('/v1/rejections?writeKey=admin-of-test', {})],
    [403, 'wrong-key', await s.api.get('/v1/rejections?writeKey=write-of-test', {})],
    [401, 'missing-key', await s.api.get('/v1/rejections', {})],
  ];
  for (const [status, code, answer] of ways)
    expect([answer.status, answer.body.code ?? null]).toEqual([status, code]);
  expect((await s.events()).map((event) => event.admin)).toEqual([false, false, true, true, false, false]);
});

test('a shop page may post from any origin, with its key and as text/plain', async () => {
  await using s = await setup();
  const preflight = await fetch(`${s.api.url}/v1/t`, {
    method: 'OPTIONS',
    headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
  expect(preflight.headers.get('access-control-allow-headers')).toBe(
    'Authorization, Content-Type, Content-Encoding, X-Retry-Count, *',
  );
  const headers = { ...write, 'content-type': 'text/plain', 'x-retry-count': '3' };
  const answer = await s.api.post('/v1/t', { anonymousId: 'a', event: 'X' }, headers);
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  const refused = await s.api.post('/v1/t', {}, { authorization: 'Bearer no' });
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, '*']);
});

test('bodies may be compressed; bounds count what they inflate to', async () => {
  await using s = await setup();
  const gzip = { ...write, 'content-encoding': 'gzip' };
  const message = { userId: 'u', event: 'X' };
  expect((await s.api.post('/v1/track', gzipSync(JSON.stringify(message)), gzip)).status).toBe(200);
  const bomb = gzipSync(JSON.stringify({ ...message, properties: { x: 'x'.repeat(5_000_000) } }));
  const tooLarge = await s.api.post('/v1/track', bomb, gzip);
  expect([tooLarge.status, tooLarge.body.code]).toEqual([413, 'too-large']);
  expect(tooLarge.body.detail).toContain('102400 bytes');
  const broken = await s.api.post('/v1/track', 'not gzip', gzip);
  expect([broken.status, broken.body.code]).toEqual([400, 'malformed-body']);
  const unknown = await s.api.post('/v1/track', message, { ...write, 'content-encoding': 'snappy' });
  expect([unknown.status, unknown.body.code]).toEqual([415, 'unsupported-encoding']);
});

test('what is wrong with a message is said with its place', async () => {
  await using s = await setup();
  const of = { userId: 'u', event: 'X' };
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
  const cases: [string, unknown, number, string, string][] = [
    ['track', '{"userId":"u","event":tru}', 400, 'malformed-json', 'line 1, column 23, in "event"'],
    ['track', '', 400, 'malformed-json', 'empty'],
    ['track', new Uint8Array([0x22, 0xff, 0x22]), 400, 'malformed-json', 'UTF-8'],
    ['track', [], 400, 'malformed-message', 'an object, got an empty array'],
    ['track', { event: 'X' }, 400, 'no-identity', 'userId or an anonymousId'],
    ['track', { ...of, userId: '' }, 400, 'no-identity', 'userId or an anonymousId'],
    ['track', { userId: 'u' }, 400, 'malformed-message', 'event: '],
    ['track', { ...of, userId: 'u'.repeat(256) }, 400, 'malformed-message', 'userId: expected an id'],
    ['track', { ...of, userId: 1.5 }, 400, 'malformed-message', 'userId: expected an id'],
    ['track', { ...of, userId: 'undefined' }, 400, 'malformed-message', 'got "undefined"'],
    ['track', { ...of, anonymousId: {} }, 400, 'malformed-message', 'anonymousId: expected an id'],
    ['track', { ...of, messageId: 'm'.repeat(256) }, 400, 'malformed-message', 'messageId: expected an id'],
    ['track', { ...of, timestamp: 'yesterday' }, 400, 'malformed-message', 'timestamp: expected a time'],
    ['track', { ...of, timestamp: 'yesterday' }, 400, 'malformed-message', 'timestamp: expected a time'],
    ['track', { ...of, properties: 'x' }, 400, 'malformed-message', 'properties: expected an object'],
    ['alias', { userId: 'u' }, 400, 'malformed-message', 'previousId'],
    ['track', { ...of, properties: { a: ['\u0000'] } }, 400, 'unstorable-text', '"properties.a[0]"'],
    ['track', { ...of, properties: { 'a\u0000': 1 } }, 400, 'unstorable-text', '"properties"'],
    [
      'track',
      '{"userId":"u","event":"\\ud83d"}',
      400,
      'unstorable-text',
      '"event" has half a surrogate pair',
    ],
    ['track', { ...of, properties: deep(64) }, 400, 'too-deep', '"properties"'],
    ['track', { ...of, properties: { x: 'x'.repeat(40_000) } }, 413, 'too-large', '32768'],
  ];
  for (const [path, body, status, code, words] of cases) {
    const answer = await s.api.post(`/v1/${path}`, body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.detail).toContain(words);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  }
  expect(await s.events()).toEqual([]);
  const kept = await s.api.get('/v1/rejections?limit=1000');
  expect(kept.body.items.map(({ code }) => code)).toEqual(
    cases
      .slice(3)
      .map(([, , , code]) => code)
      .reverse(),
  );
});

test('a text at a bound is accepted, and so is a pair of surrogates', async () => {
  await using s = await setup();
  const message = { userId: 'u'.repeat(255), messageId: 'm'.repeat(255), event: 'E'.repeat(255) };
  expect((await s.api.post('/v1/track', message)).status).toBe(200);
  expect((await s.api.post('/v1/track', { userId: 'u', event: '😀' })).status).toBe(200);
});

test('occurredAt corrects the clock of the sender, in Kairos time', async () => {
  await using database = await testDatabase();
  const now = Date.parse('2026-03-01T12:00:10.000Z');
  const scale = { originMs: Date.parse('2026-03-01T12:00:00.000Z'), speed: 60 };
  await using api = await testApi({ database, clock: createClock(scale, () => now) });
  const at = async (times: object): Promise<string> => {
    await api.post('/v1/track', { userId: 'u', event: 'X', ...times });
    const [event] = await database.db.query.events.findMany({
      orderBy: (e, { desc }) => desc(e.seq),
      limit: 1,
    });
    expect(event!.receivedAt.toISOString()).toBe('2026-03-01T12:10:00.000Z');
    return event!.occurredAt.toISOString();
  };
  expect(await at({})).toBe('2026-03-01T12:10:00.000Z');
  // Five real seconds ago are five minutes ago at sixty times the speed.
  expect(await at({ timestamp: '2026-03-01T12:00:05Z' })).toBe('2026-03-01T12:05:00.000Z');
  expect(await at({ timestamp: '2019-01-01T00:00:00Z', sentAt: '2019-01-01T00:00:05Z' })).toBe(
    '2026-03-01T12:05:00.000Z',
  );
  // RudderStack's clients name it otherwise, beside what their user says.
  const original = { originalTimestamp: '2019-01-01T00:00:00Z', sentAt: '2019-01-01T00:00:05Z' };
  expect(await at(original)).toBe('2026-03-01T12:05:00.000Z');
  expect(await at({ ...original, timestamp: '2019-01-01T00:00:03Z' })).toBe('2026-03-01T12:08:00.000Z');
  // Before the home was made, time is as it was.
  expect(await at({ timestamp: '2026-02-01T00:00:00Z' })).toBe('2026-02-01T00:00:00.000Z');
  expect(await at({ timestamp: '2030-01-01T00:00:00Z' })).toBe('2026-03-01T12:10:00.000Z');
  expect(await at({ timestamp: 1_772_323_205_000 })).toBe('2026-03-01T00:00:05.000Z');
  // A clock that is quite wrong loses no event.
  expect(await at({ timestamp: '2026-02-01T00:00:00Z', sentAt: '3000-01-01T00:00:00Z' })).toBe(
    '2026-02-01T00:00:00.000Z',
  );
  expect(await at({ timestamp: '1950-01-01' })).toBe('2026-03-01T12:10:00.000Z');
});
