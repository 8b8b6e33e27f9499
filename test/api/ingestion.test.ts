import { expect, test } from 'vitest';
import { createIngestion } from '../../api/ingestion/ingestion.ts';
import { createClock } from '../../src/clock.ts';
import { connect } from '../../src/db/connect.ts';
import { bounds, type Bounds } from '../../src/domain/bounds.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { silentLog } from '../../src/log.ts';
import { testApi } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { holdMessageIds } from '../support/hold-message-ids.ts';

const clock = createClock(realTime);
const track = (messageId: string, event = 'X') => ({ type: 'track', event, userId: 'u', messageId });

/** The API on a database, with its queue in sight and bounds that may be moved. */
async function setup(limits: Partial<Bounds> = {}) {
  const database = await testDatabase();
  // A commit is held for as long as hundreds of requests take on a slow machine.
  const moved = { ...bounds, commitMs: 60_000, ...limits };
  const ingestion = createIngestion({ database, clock, log: silentLog, limits: moved });
  const api = await testApi({ database, ingestion });
  const other = connect(database.url, { max: 2 });
  return {
    database,
    ingestion,
    api,
    messageIds: async () => {
      const rows = await other.sql<{ id: string }[]>`select message_id as id from events order by seq`;
      return rows.map(({ id }) => id);
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await other.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('a request is answered only after its commit, and those that gathered meanwhile share one', async () => {
  await using s = await setup();
  await using held = await holdMessageIds(s.database.url);
  let answered = 0;
  const post = async (n: number) => {
    const answer = await s.api.post('/v1/track', track(`m${n}`));
    answered += 1;
    return answer.status;
  };
  const first = post(0);
  await eventually('the first flush to wait for the table', held.isWaitedFor);
  const rest = Array.from({ length: 200 }, (_, n) => post(n + 1));
  await eventually('all requests to be in the queue', () => s.ingestion.waiting() === 201);
  expect(answered).toBe(0);
  expect(await s.messageIds()).toEqual([]);
  await held.letGo();
  expect(await Promise.all([first, ...rest])).toEqual(Array.from({ length: 201 }, () => 200));
  expect((await s.messageIds()).length).toBe(201);
  const [transactions] = await s.database.sql`select count(distinct xmin::text)::int as n from events`;
  expect(transactions!['n']).toBe(2);
  expect(s.ingestion.counts).toMatchObject({ accepted: 201, duplicates: 0, rejected: 0 });
});

test('overlapping requests with the same messages count each once, also over two processes', async () => {
  await using s = await setup();
  await using database = { ...connect(s.database.url), [Symbol.asyncDispose]: () => database.end() };
  await using second = await testApi({ database });
  // Each request has the messages in another order: unsorted, two processes would lock each other out.
  const batches = Array.from({ length: 40 }, (_, turn) =>
    Array.from({ length: 50 }, (_, n) => track(`m${(n * 7 + turn * 13) % 50}`)),
  );
  const answers = await Promise.all(
    batches.map((batch, turn) => (turn % 2 === 0 ? s.api : second).post('/v1/batch', { batch })),
  );
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
  const sum = (of: 'accepted' | 'duplicates') =>
    answers.reduce((total, { body }) => total + Number(body[of]), 0);
  expect([sum('accepted'), sum('duplicates')]).toEqual([50, 1_950]);
  expect((await s.messageIds()).length).toBe(50);
});

test('within a shared commit, requests keep their order of arrival and a batch its own', async () => {
  await using s = await setup();
  await using held = await holdMessageIds(s.database.url);
  const first = s.api.post('/v1/track', track('first'));
  await eventually('the first flush to wait for the table', held.isWaitedFor);
  const item = (id: string) => ({
    index: null,
    came: null,
    bytes: 1,
    event: {
      id: crypto.randomUUID(),
      messageId: id,
      kind: 'track' as const,
      name: 'X',
      userId: 'u',
      source: null,
      subject: null,
      anonymousId: null,
      previousId: null,
      admin: false,
      body: {},
      occurredAt: clock.now(),
      receivedAt: clock.now(),
    },
  });
  const names = ['z', 'm', 'b', 'y', 'a', 'x'];
  const rest = [names.slice(0, 3), names.slice(3)].map((ids) => s.ingestion.submit(ids.map(item), []));
  await held.letGo();
  await Promise.all([first, ...rest]);
  expect(await s.messageIds()).toEqual(['first', ...names]);
});

test('routers are told of what was accepted', async () => {
  await using s = await setup();
  let heard = 0;
  const listener = await s.database.sql.listen('kairos_events', () => (heard += 1));
  await s.api.post('/v1/track', track('a'));
  await eventually('the notice', () => heard === 1);
  await s.api.post('/v1/track', track('a'));
  await s.api.post('/v1/track', track('b'));
  await eventually('the second notice', () => heard >= 2);
  expect(heard).toBe(2);
  await listener.unlisten();
});

test('a message that the database refuses is rejected alone, the others of its commit are accepted', async () => {
  await using s = await setup();
  await s.database.sql`alter table events add constraint no_poison check (name <> 'poison')`;
  const batch = Array.from({ length: 9 }, (_, n) => track(`m${n}`, n === 4 ? 'poison' : 'X'));
  const [answer, beside] = await Promise.all([
    s.api.post('/v1/batch', { batch }),
    s.api.post('/v1/track', track('beside')),
  ]);
  expect([answer.status, beside.status]).toEqual([200, 200]);
  expect(answer.body).toMatchObject({ accepted: 8, rejected: [{ index: 4, code: 'unstorable-text' }] });
  const ids = (await s.messageIds()).filter((id) => id !== 'beside');
  expect(ids).toEqual(['m0', 'm1', 'm2', 'm3', 'm5', 'm6', 'm7', 'm8']);
  // Its id was not used up.
  await s.database.sql`alter table events drop constraint no_poison`;
  expect((await s.api.post('/v1/batch', { batch: [batch[4]] })).body).toMatchObject({ accepted: 1 });
});

test('without a database the API accepts nothing and says when to come back', async () => {
  await using database = {
    ...connect('postgres://postgres@127.0.0.1:1/none'),
    [Symbol.asyncDispose]: () => database.end(),
  };
  await using api = await testApi({ database });
  const answers = [
    await api.post('/v1/track', track('a')),
    await api.post('/v1/batch', { batch: [track('a')] }),
    await api.get('/v1/runs'),
    await api.get('/v1/customers/u'),
    await api.get('/readyz'),
  ];
  for (const answer of answers) {
    expect([answer.status, answer.body.code]).toEqual([503, 'unavailable']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  expect((await api.get('/healthz')).status).toBe(200);
});

test('a database that hangs, or goes away during the commit, is answered with 503, and the retry succeeds', async () => {
  await using s = await setup({ commitMs: 1_500 });
  await using held = await holdMessageIds(s.database.url);
  const slow = await s.api.post('/v1/track', track('a'));
  expect([slow.status, slow.headers.get('retry-after')]).toEqual([503, '2']);
  await held.letGo();

  await using heldAgain = await holdMessageIds(s.database.url);
  const cut = s.api.post('/v1/track', track('b'));
  await eventually('the flush to wait for the table', heldAgain.isWaitedFor);
  await s.database.sql`
    select pg_terminate_backend(pid) from pg_locks where not granted and relation = 'message_ids'::regclass`;
  expect((await cut).status).toBe(503);
  await heldAgain.letGo();

  expect(await s.messageIds()).toEqual([]);
  expect((await s.api.post('/v1/batch', { batch: [track('a'), track('b')] })).body).toMatchObject({
    accepted: 2,
  });
});

test('a full queue refuses with 429 and its bound, and what was taken is kept', async () => {
  await using s = await setup({ queueItems: 10 });
  await using held = await holdMessageIds(s.database.url);
  const first = s.api.post('/v1/track', track('a'));
  await eventually('the first flush to wait for the table', held.isWaitedFor);
  const batch = Array.from({ length: 10 }, (_, n) => track(`m${n}`));
  const refused = await s.api.post('/v1/batch', { batch });
  expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([
    429,
    'too-many',
    '1',
  ]);
  expect(refused.body.detail).toContain('10 messages');
  await held.letGo();
  expect((await first).status).toBe(200);
  expect((await s.api.post('/v1/batch', { batch })).body).toMatchObject({ accepted: 10 });
});

test('what is refused counts towards the bytes of the queue: it waits there as well', async () => {
  await using s = await setup({ queueBytes: 2_000 });
  await using held = await holdMessageIds(s.database.url);
  const first = s.api.post('/v1/track', track('a'));
  await eventually('the first flush to wait for the table', held.isWaitedFor);
  const wrong = { type: 'nothing', userId: 'x'.repeat(1_500) };
  const waiting = s.api.post('/v1/batch', { batch: [wrong] });
  await eventually('the second to wait', () => s.ingestion.waiting() === 2);
  expect((await s.api.post('/v1/batch', { batch: [wrong] })).body.code).toBe('too-many');
  await held.letGo();
  expect((await first).status).toBe(200);
  expect((await waiting).body.code).toBe('all-rejected');
});
