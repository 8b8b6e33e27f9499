import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { customerIds, customers } from '../../src/db/schema/index.ts';
import { addressHash } from '../../src/domain/address-hash.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { newId } from '../../src/ids.ts';
import { admin, testApi, testSecret, write } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';

const day = (n: number) => `2026-03-0${n}T00:00:00.000Z`;

async function setup() {
  let nowMs = Date.parse(day(2));
  const clock = createClock(realTime, () => (nowMs += 1_000));
  const database = await testDatabase();
  const api = await testApi({ database, clock });
  const list = async (query = '') => (await api.get(`/v1/suppressions${query}`)).body.items;
  return {
    ...{ api, clock, database, list },
    add: (body: object) => api.post('/v1/suppressions', { source: 'call centre', ...body }, admin),
    lift: (id: unknown, body: object = { by: 'Grace', reason: 'The mailbox is back.' }) =>
      api.post(`/v1/suppressions/${String(id)}/lift`, body, admin),
    import: (name: string, lines: unknown[]) => {
      const text = lines
        .map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`)
        .join('');
      return api.post(`/v1/import/suppressions?name=${name}`, text, admin);
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('an address is put on the list once, is found however it is spelt, and is not kept', async () => {
  await using it = await setup();
  const first = await it.add({ address: ' Ada@Example.test', at: day(1) });
  expect([first.status, first.body.items]).toEqual([
    200,
    [
      {
        ...{
          id: expect.any(String) as string,
          channel: 'email',
          reason: 'operator',
          source: 'call centre',
          at: day(1),
        },
        addressHash: addressHash('ada@example.test', testSecret),
        ...{ liftedAt: null, liftedBy: null, liftedReason: null },
      },
    ],
  ]);
  expect((await it.add({ address: 'ada@example.TEST' })).body.items).toEqual(first.body.items);
  expect(await it.list('?address=ADA@example.test')).toEqual(first.body.items);
  expect(await it.list('?address=eve@example.test')).toEqual([]);
  const rows = JSON.stringify(await it.database.sql`select * from suppressions`);
  expect(rows).not.toMatch(/ada|example\.test/i);
});

test('a number is suppressed for text messages and WhatsApp, or on the channel that is named', async () => {
  await using it = await setup();
  await it.add({ address: '+1 (415) 555-0123' });
  await it.add({ address: '+14155550199', channel: 'whatsapp', reason: 'stopped' });
  const said = (items: Record<string, unknown>[]) => items.map(({ channel, reason }) => [channel, reason]);
  const both = [
    ['whatsapp', 'operator'],
    ['sms', 'operator'],
  ];
  expect(said(await it.list('?address=%2B14155550123'))).toEqual(both);
  expect(said(await it.list('?address=+14155550123')), 'a plus that was not escaped').toEqual(both);
  expect(said(await it.list('?address=%2B14155550199'))).toEqual([['whatsapp', 'stopped']]);
  expect(said(await it.list('?channel=whatsapp&reason=stopped'))).toEqual([['whatsapp', 'stopped']]);
});

test('what is wrong is said without the address', async () => {
  await using it = await setup();
  for (const [body, place] of [
    [{ address: 'ada at example' }, 'an e-mail address, or a number with its country'],
    [{ address: '0441234567' }, 'a number with its country'],
    [{ address: '+14155550123', channel: 'email' }, 'an e-mail address'],
    [{ address: 'ada@example.test', channel: 'sms' }, 'a number with its country'],
    [{ address: 'ada@example.test', channel: 'push' }, 'channel'],
    [{ address: 'ada@example.test', reason: 'boredom' }, 'reason'],
    [{ address: 'ada@example.test', source: ' ' }, 'source'],
    [{ address: 'ada@example.test', at: 'yesterday' }, 'at'],
    [{ address: `${'a'.repeat(400)}@example.test` }, 'address'],
    [{}, 'address'],
  ] as const) {
    const { status, body: answer } = await it.add(body);
    expect([status, answer.code]).toEqual([400, 'malformed-body']);
    expect(answer.detail).toContain(place);
    expect(answer.detail).not.toMatch(/ada@|ada at|0441/);
  }
  expect((await it.api.get('/v1/suppressions?address=nobody')).body.code).toBe('malformed-query');
  expect((await it.api.get('/v1/suppressions', write)).status).toBe(403);
  expect((await it.api.post('/v1/suppressions', { address: 'a@b.test', source: 'x' }, write)).status).toBe(
    403,
  );
  expect(await it.list('?lifted=true')).toEqual([]);
});

test('one is lifted with who did it and why, which is kept; the address may be suppressed again', async () => {
  await using it = await setup();
  const [bounced] = (await it.add({ address: 'ada@example.test', reason: 'bounced', at: day(1) })).body.items;
  await it.add({ address: 'ada@example.test', reason: 'complained' });
  const lifted = await it.lift(bounced!['id']);
  expect(lifted.body).toMatchObject({
    ...bounced,
    liftedAt: expect.any(String) as string,
    liftedBy: 'Grace',
    liftedReason: 'The mailbox is back.',
  });
  expect(Date.parse(lifted.body['liftedAt'] as string)).toBeGreaterThan(Date.parse(day(2)));
  const again = await it.lift(bounced!['id'], { by: 'Eve', reason: 'Because.' });
  expect(again.body, 'what was lifted keeps who lifted it').toEqual(lifted.body);
  expect((await it.list()).map(({ reason }) => reason)).toEqual(['complained']);
  await it.add({ address: 'ada@example.test', reason: 'bounced' });
  const history = await it.list('?address=ada@example.test&lifted=true');
  expect(history.map(({ reason, liftedBy }) => [reason, liftedBy])).toEqual([
    ['bounced', null],
    ['complained', null],
    ['bounced', 'Grace'],
  ]);
  for (const id of [newId(it.clock), 'x'])
    expect((await it.lift(id)).body).toMatchObject({ status: 404, code: 'unknown-suppression' });
  const { id } = history[0]!;
  for (const body of [{}, { by: 'Grace' }, { reason: 'why' }, { by: 'Grace', reason: ' ' }])
    expect((await it.lift(id, body)).body.code).toBe('malformed-body');
});

test('the list is read page by page, the newest first', async () => {
  await using it = await setup();
  await it.import(
    'list',
    Array.from({ length: 25 }, (_, n) => ({ address: `p${n}@example.test`, at: day(1 + (n % 2)) })),
  );
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await it.api.get(`/v1/suppressions?limit=10${cursor && `&cursor=${cursor}`}`);
    seen.push(...page.body.items.map(({ id, at }) => `${String(at)} ${String(id)}`));
    cursor = page.body.cursor;
  }
  expect(seen).toHaveLength(25);
  expect(seen).toEqual([...new Set(seen)].sort().reverse());
});

test('a file of another tool’s list is imported line by line; the same file again changes nothing', async () => {
  await using it = await setup();
  const lines = [
    { address: 'ada@example.test' },
    { address: 'ADA@example.test' },
    '',
    { address: '+14155550123', reason: 'stopped', at: '2024-05-01' },
    { address: 'nobody' },
    { address: 'eve@example.test', source: 'me' },
    'no json',
    { address: 'bob@example.test', channel: 'email', reason: 'unsubscribed', at: '2024-05-01' },
  ];
  const counts = (body: Record<string, unknown>) =>
    ['lines', 'accepted', 'duplicates', 'rejected'].map((name) => body[name]);
  const first = (await it.import('mailtool', lines)).body;
  expect(counts(first)).toEqual([8, 3, 1, 3]);
  expect(first['refusals']).toMatchObject([
    { line: 5, code: 'malformed-message' },
    { line: 6, code: 'malformed-message' },
    { line: 7, code: 'malformed-json' },
  ]);
  const found = await it.list();
  expect(found.map(({ channel, reason, source }) => [channel, reason, source]).sort()).toEqual([
    ['email', 'imported', 'import mailtool'],
    ['email', 'unsubscribed', 'import mailtool'],
    ['sms', 'stopped', 'import mailtool'],
    ['whatsapp', 'stopped', 'import mailtool'],
  ]);
  expect(found.find(({ channel }) => channel === 'sms')!['at']).toBe('2024-05-01T00:00:00.000Z');
  expect((await it.import('mailtool', lines)).body).toMatchObject({ accepted: 3, rejected: 3 });
  expect(counts((await it.import('once-more', lines)).body)).toEqual([8, 0, 4, 3]);
  expect(await it.list('?lifted=true')).toEqual(found);
});

test('a customer’s export says where they are not written to, and nobody else’s', async () => {
  await using it = await setup();
  const [id, at] = [newId(it.clock), it.clock.now()];
  const trait = (value: string) => ({ value, origin: 'stated' as const, at: at.toISOString() });
  const traits = { email: trait('Ada@example.test'), phone: trait('+14155550123') };
  await it.database.db.insert(customers).values({ id, armKey: 'k', traits, createdAt: at });
  await it.database.db.insert(customerIds).values({ kind: 'user', externalId: 'u1', customerId: id, at });
  for (const address of ['ada@example.test', '+14155550123', 'eve@example.test']) await it.add({ address });
  const exported = (await it.api.get('/v1/customers/u1/export')).body['suppressions'] as {
    channel: string;
  }[];
  expect(exported.map(({ channel }) => channel).sort()).toEqual(['email', 'sms', 'whatsapp']);
});
