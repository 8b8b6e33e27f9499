import { Analytics } from '@segment/analytics-node';
import { expect, test } from 'vitest';
import { admin, testApi, write } from '../support/api.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';

const track = (messageId: string, more: object = {}) => ({
  type: 'track',
  event: 'X',
  userId: 'u',
  messageId,
  ...more,
});

async function setup() {
  const database = await testDatabase();
  const api = await testApi({ database });
  return {
    database,
    api,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

async function messageIds({ sql }: TestDatabase): Promise<string[]> {
  const rows = await sql<{ message_id: string }[]>`select message_id from events order by seq`;
  return rows.map((row) => row.message_id);
}

test('what is blank of a batch stands for absent, as of a message', async () => {
  await using s = await setup();
  for (const [n, blank] of [{ context: [] }, { context: '', sentAt: '' }, { sentAt: ' ' }].entries()) {
    const answer = await s.api.post('/v1/batch', { batch: [track(`m${n}`)], ...blank });
    expect(answer.body).toMatchObject({ accepted: 1, rejected: [] });
  }
  const wrong = await s.api.post('/v1/batch', { batch: [track('m')], context: [1] });
  expect(wrong.body.code).toBe('malformed-body');
});

test('a batch is accepted in its order, but for what is wrong with it', async () => {
  await using s = await setup();
  const batch = [
    track('z'),
    { type: 'nonsense', userId: 'u' },
    track('a'),
    'text',
    track('z'),
    { type: 'page', anonymousId: 'v', messageId: 'p' },
    { ...track('big'), properties: { x: 'x'.repeat(33_000) } },
  ];
  const answer = await s.api.post('/v1/batch', { batch });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    success: true,
    accepted: 3,
    duplicates: 1,
    rejected: [
      {
        index: 1,
        code: 'unknown-type',
        detail: 'type: expected one of track, identify, alias, page, screen, group, got "nonsense".',
      },
      { index: 3, code: 'malformed-message', detail: 'Expected a message as an object, got "text".' },
      { index: 6, code: 'too-large', detail: expect.stringContaining('32768') as string },
    ],
  });
  expect(await messageIds(s.database)).toEqual(['z', 'a', 'p']);
  const again = await s.api.post('/v1/b', { batch: batch.slice(0, 1) });
  expect(again.body).toEqual({ success: true, accepted: 0, duplicates: 1, rejected: [] });
  expect(await messageIds(s.database)).toEqual(['z', 'a', 'p']);
});

test('a batch of which nothing is accepted is a problem that lists why', async () => {
  await using s = await setup();
  const answer = await s.api.post('/v1/batch', { batch: [{ type: 'track', userId: 'u' }, 7] });
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({
    code: 'all-rejected',
    status: 400,
    rejected: [
      { index: 0, code: 'malformed-message' },
      { index: 1, code: 'malformed-message' },
    ],
  });
  expect((await s.api.post('/v1/batch', { batch: [] })).body).toMatchObject({ success: true, accepted: 0 });
});

test('a batch that is no batch, or over its bounds, is refused whole', async () => {
  await using s = await setup();
  const refused = async (body: unknown) => {
    const { status, body: problem } = await s.api.post('/v1/batch', body);
    return [status, problem.code, problem.detail];
  };
  expect(await refused({ messages: [] })).toEqual([
    400,
    'malformed-body',
    'batch: expected array, got nothing',
  ]);
  expect(await refused([])).toEqual([400, 'malformed-body', 'expected object, got an empty array']);
  expect(await refused({ batch: [], sentAt: 'x' })).toEqual([
    400,
    'malformed-body',
    'sentAt: expected a time, got "x".',
  ]);
  expect(await refused({ batch: [], context: 'x' })).toEqual([
    400,
    'malformed-body',
    'context: expected object, got "x"',
  ]);
  expect(await refused('{"batch":[{"type":"track"},{"type"}]}')).toEqual([
    400,
    'malformed-json',
    'The body stops being JSON at line 1, column 35, in "batch[1].type".',
  ]);
  const full = JSON.stringify({
    batch: Array.from({ length: 40 }, (_, n) => track(`m${n}`, { x: 'x'.repeat(13_000) })),
  });
  expect(await refused(full)).toEqual([
    413,
    'too-large',
    'The body is over the bound of 512000 bytes, counted inflated.',
  ]);
  expect(await refused({ batch: Array.from({ length: 20_001 }, () => 1) })).toEqual([
    413,
    'too-large',
    'batch: 20001 messages are over the bound of 20000.',
  ]);
  const context = { x: 'x'.repeat(30_000) };
  expect((await refused({ context, batch: Array.from({ length: 200 }, (_, n) => track(`c${n}`)) }))[1]).toBe(
    'too-large',
  );
  expect(await messageIds(s.database)).toEqual([]);
});

test('what a batch says of all its messages goes under what each says itself', async () => {
  await using s = await setup();
  await s.api.post('/v1/batch', {
    context: { ip: '8.8.8.8', locale: 'de' },
    sentAt: '2019-01-01T00:00:05Z',
    batch: [
      track('a', { timestamp: '2019-01-01T00:00:00Z' }),
      track('b', {
        context: { locale: 'fr' },
        sentAt: '2019-01-01T00:00:10Z',
        timestamp: '2019-01-01T00:00:00Z',
      }),
    ],
  });
  const events = await s.database.db.query.events.findMany({ orderBy: (event, { asc }) => asc(event.seq) });
  expect(events.map((event) => event.body.context)).toEqual([
    { ip: '8.8.8.8', locale: 'de' },
    { ip: '8.8.8.8', locale: 'fr' },
  ]);
  expect(events.map((event) => event.receivedAt.getTime() - event.occurredAt.getTime())).toEqual([
    5_000, 10_000,
  ]);
});

test('two known users are joined with the admin key only', async () => {
  await using s = await setup();
  const alias = { type: 'alias', userId: 'new', previousId: 'old', messageId: 'join' };
  const identify = (userId: string) => ({ type: 'identify', userId, messageId: `i-${userId}` });
  // Nobody knows `old`: it may be an anonymous id.
  expect((await s.api.post('/v1/alias', { ...alias, messageId: 'first' })).status).toBe(200);
  // Known by an earlier message of the same batch.
  const together = await s.api.post('/v1/batch', { batch: [identify('old'), { ...alias, messageId: 'x' }] });
  expect(together.body.rejected).toMatchObject([{ index: 1, code: 'alias-needs-admin' }]);
  const refused = await s.api.post('/v1/alias', alias, write);
  expect([refused.status, refused.body.code]).toEqual([403, 'alias-needs-admin']);
  // Refused, it took no effect: the same message is welcome with the other key, and then is a duplicate.
  expect((await s.api.post('/v1/alias', alias, admin)).status).toBe(200);
  const repeated = await s.api.post('/v1/batch', { batch: [alias] }, write);
  expect(repeated.body).toMatchObject({ accepted: 0, duplicates: 1, rejected: [] });
  const { body } = await s.api.get('/v1/rejections');
  expect(body.items).toMatchObject([{ item: { messageId: 'join' } }, { item: { messageId: 'x' } }]);
});

test("the real client's events arrive, each once", async () => {
  await using s = await setup();
  const analytics = new Analytics({ writeKey: 'write-of-test', host: s.api.url, flushAt: 7 });
  const failed: unknown[] = [];
  analytics.on('error', (error) => failed.push(error));
  analytics.identify({ userId: 'u1', traits: { email: 'someone@example.com' } });
  for (let n = 0; n < 40; n += 1) {
    analytics.track({ userId: 'u1', event: 'Product Added', properties: { n }, timestamp: new Date() });
  }
  analytics.page({ anonymousId: 'a1', name: 'Home', category: 'Docs' });
  analytics.screen({ anonymousId: 'a1', name: 'Start' });
  analytics.group({ userId: 'u1', groupId: 'g1' });
  analytics.alias({ userId: 'u1', previousId: 'a1' });
  await analytics.closeAndFlush();
  expect(failed).toEqual([]);
  const rows = await s.database.sql`select kind, count(*)::int as n from events group by kind order by kind`;
  expect(Object.fromEntries(rows.map((row) => [row['kind'], row['n']]))).toEqual({
    alias: 1,
    group: 1,
    identify: 1,
    page: 1,
    screen: 1,
    track: 40,
  });
});

test('rejections are listed newest first, page by page, with the message as it came', async () => {
  await using s = await setup();
  const batch = ['a\u0000b', { type: 'track', n: 1 }, { type: 'track', text: 'x'.repeat(40_000) }, 4];
  await s.api.post('/v1/batch', { batch });
  const first = await s.api.get('/v1/rejections?limit=3');
  expect(first.body.items).toMatchObject([
    { index: 3 },
    { index: 2, item: { json: expect.stringMatching(/^.{32768}$/) as string } },
    { index: 1, stage: 'ingestion', code: 'malformed-message', item: { n: 1 } },
  ]);
  const second = await s.api.get(`/v1/rejections?limit=3&cursor=${first.body.cursor}`);
  expect(second.body).toMatchObject({ items: [{ index: 0, item: { json: '"a\\u0000b"' } }], cursor: null });
});
