import { once } from 'node:events';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bounds } from '../../src/domain/bounds.ts';
import { routeBatch } from '../../src/routing/route-batch.ts';
import { admin, testApi, write, type Answer } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { routingOver } from '../support/routing.ts';

async function setup(importRepeatMs?: number) {
  const database = await testDatabase();
  const { sql } = database;
  const api = await testApi({ database, ...(importRepeatMs !== undefined && { importRepeatMs }) });
  const { context } = routingOver(sql, []);
  return {
    sql,
    api,
    post: (path: string, lines: unknown[] | string | Uint8Array, headers: Record<string, string> = {}) => {
      const text = Array.isArray(lines)
        ? lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('')
        : lines;
      return api.post(`/v1/import/${path}`, text, { ...admin, ...headers });
    },
    metrics: async () => String((await api.get('/metrics', {})).body['text']),
    routed: async () => {
      for (;;) {
        const outcome = await routeBatch(context, 500);
        if (outcome.kind === 'routed' && outcome.events === 0) return;
      }
    },
    events: () => sql`select message_id, kind, name, imported, body, occurred_at from events order by seq`,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

const counts = ({ body }: Answer) =>
  ['lines', 'accepted', 'duplicates', 'rejected'].map((name) => body[name] as number);
const viewed = (n: number) => ({
  ...{ event: 'Product Viewed', userId: `u${n % 7}`, timestamp: '2021-05-01T12:00:00Z' },
  properties: { sku: `p${n}` },
});

test('customers come with their traits, origin, consents and times', async () => {
  await using it = await setup();
  const answer = await it.post('customers?name=crm', [
    {
      ...{ userId: 'u1', createdAt: '2019-01-01', timestamp: '2020-01-01T00:00:00Z', origin: 'bought-in' },
      traits: { email: 'u1@example.test', stated: { interests: ['tea'] } },
      consents: { email: 'granted', 'email:news': { state: 'denied', wording: 'News?', at: '2020-02-01' } },
    },
    { anonymousId: 7, traits: {} },
  ]);
  expect([answer.status, ...counts(answer)]).toEqual([200, 2, 2, 0, 0]);
  expect(answer.body).toMatchObject({ name: 'crm', kind: 'customers', refusals: [] });
  expect(answer.body['endedAt']).not.toBeNull();
  await it.routed();
  const known = (await it.api.get('/v1/customers/u1')).body;
  expect(known['traits']).toEqual({
    createdAt: { value: '2019-01-01', origin: 'bought-in', at: '2020-01-01T00:00:00.000Z' },
    email: { value: 'u1@example.test', origin: 'bought-in', at: '2020-01-01T00:00:00.000Z' },
    interests: { value: ['tea'], origin: 'stated', at: '2020-01-01T00:00:00.000Z' },
  });
  expect(known['consents']).toEqual({
    email: { state: 'granted', source: 'import crm', wording: null, at: '2020-01-01T00:00:00.000Z' },
    'email:news': { state: 'denied', source: 'import crm', wording: 'News?', at: '2020-02-01T00:00:00.000Z' },
  });
});

test('orders become what happened to them; the same again counts once, and a changed one updates', async () => {
  await using it = await setup();
  const order = {
    orderId: 'o1',
    userId: 'u1',
    total: 30,
    currency: 'EUR',
    orderedAt: '2021-05-01T12:00:00Z',
  };
  const lines = [
    { ...order, products: [{ sku: 'pot', price: 30 }], store: 'Graz' },
    { order_id: 2, user_id: 'u1', total: '9.90', ordered_at: '2021-06-01', status: 'cancelled' },
    {
      ...{ ...order, orderId: 'o3', deliveredAt: '2021-05-04' },
      refunds: [{ total: 5 }, { amount: '2.50', refundedAt: '2021-05-05' }],
    },
  ];
  expect(counts(await it.post('orders?name=pos-1', lines))).toEqual([3, 3, 0, 0]);
  await it.routed();
  const orders = () => it.sql`
    select order_id as id, value_minor::int as value, refunded_minor::int as refunded, currency, ordered_at as at,
      cancelled_at is not null as cancelled from orders order by order_id`;
  const first = [
    { id: '2', value: 990, refunded: 0, currency: 'USD', at: new Date('2021-06-01'), cancelled: true },
    {
      id: 'o1',
      value: 3000,
      refunded: 0,
      currency: 'EUR',
      at: new Date('2021-05-01T12:00Z'),
      cancelled: false,
    },
    {
      id: 'o3',
      value: 3000,
      refunded: 750,
      currency: 'EUR',
      at: new Date('2021-05-01T12:00Z'),
      cancelled: false,
    },
  ];
  expect(await orders()).toEqual(first);
  expect(await it.sql`select sku from order_lines`).toEqual([{ sku: 'pot' }]);
  // The next day's file has them all again, one with another total.
  const again = [lines[0], lines[1], { ...lines[2], total: 40 }];
  expect(counts(await it.post('orders?name=pos-2', again))).toEqual([3, 1, 2, 0]);
  await it.routed();
  expect(await orders()).toEqual([first[0], first[1], { ...first[2], value: 4000 }]);
});

test('refunds are told apart by their ids, in either spelling and wherever they stand; an id is the same as a number', async () => {
  await using it = await setup();
  const a = { refund_id: 1, amount: 5, refunded_at: '2021-05-05' };
  const b = { refund_id: 'b', amount: 3, refunded_at: '2021-05-06' };
  const order = { user_id: 'u1', total: 30, ordered_at: '2021-05-01' };
  await it.post('orders?name=day-1', [{ ...order, order_id: 7, refunds: [a] }]);
  const answer = await it.post('orders?name=day-2', [
    { ...order, order_id: '7', refunds: [b, { refundId: '1', total: 5 }] },
    { ...order, order_id: 7 },
  ]);
  expect(counts(answer)).toEqual([2, 1, 1, 0]);
  expect(await it.events()).toMatchObject([
    { name: 'Order Completed' },
    { name: 'Order Refunded', occurred_at: new Date('2021-05-05'), body: { properties: { total: 5 } } },
    { name: 'Order Refunded', occurred_at: new Date('2021-05-06'), body: { properties: { total: 3 } } },
  ]);
});

test('events are taken as tracks and identifies of the past, whenever a client had sent them', async () => {
  await using it = await setup();
  const sent = { timestamp: '2021-05-01T12:00:00Z', sentAt: '2021-05-01T12:00:01Z', messageId: 'given' };
  const answer = await it.post('events?name=past', [
    { type: 'track', event: 'Product Viewed', userId: 'u1', ...sent },
    { userId: 'u1', traits: { city: 'Graz' }, timestamp: '2020-01-01T00:00:00Z' },
    { event: 'Product Viewed', anonymousId: 'a1', messageId: 'given' },
    { type: 'stock.changed', subject: 'pot' },
  ]);
  expect(counts(answer)).toEqual([4, 2, 1, 1]);
  expect(answer.body['refusals']).toMatchObject([{ line: 4, code: 'unknown-type' }]);
  const at = new Date('2021-05-01T12:00:00Z');
  expect(await it.events()).toMatchObject([
    { message_id: 'given', kind: 'track', imported: true, occurred_at: at },
    { message_id: 'import:past:2', kind: 'identify', occurred_at: new Date('2020-01-01T00:00:00Z') },
  ]);
});

test('a line that cannot be taken is refused, and the others are not; the refused ones can be listed', async () => {
  await using it = await setup();
  const lines = [
    ...['not json', '', '   ', JSON.stringify({ userId: 'x'.repeat(bounds.itemBytes) }), '[]', 'null'],
    ...[
      { traits: {} },
      { userId: 'u1', traits: { a: '\u0000' } },
      { userId: 'u1', consent: { email: true } },
    ],
    ...[{ userId: 'u1', consents: { fax: true } }, { userId: 'u1', origin: 'guessed' }, { userId: 'good' }],
  ];
  const answer = await it.post('customers?name=bad', lines);
  expect([answer.status, ...counts(answer)]).toEqual([200, 12, 1, 0, 9]);
  const refusals = answer.body['refusals'] as { line: number; code: string; detail: string }[];
  expect(refusals.map(({ line, code }) => `${line} ${code}`)).toEqual([
    ...['1 malformed-json', '4 too-large', '5 malformed-message', '6 malformed-message', '7 no-identity'],
    ...['8 unstorable-text', '9 malformed-message', '10 malformed-message', '11 malformed-message'],
  ]);
  expect(refusals[7]!.detail).toContain('consents.fax: expected a channel, such as email');
  const listed = await it.api.get(String(answer.body['rejections']));
  expect(listed.body.items).toHaveLength(9);
  expect(listed.body.items.at(-1)).toMatchObject({ import: 'bad', index: 1, item: 'not json' });
  expect((await it.api.get('/v1/rejections?import=other')).body.items).toEqual([]);
  const at = await it.post('customers?name=bad-at', [
    { userId: 'u1', consents: { email: { state: 'granted', at: '01.05.2021' } } },
  ]);
  expect(at.body['refusals']).toMatchObject([{ line: 1, code: 'malformed-message' }]);
  const orders = await it.post('orders?name=bad-orders', [
    ...[
      { userId: 'u1', orderedAt: '2021-01-01' },
      { orderId: 'o', userId: 'u1', total: 1 },
    ],
    ...[{ orderId: 'o', userId: 'u1', orderedAt: '2021-01-01', total: 'much' }],
    ...[
      { orderId: 'o', userId: 'u1', orderedAt: '2021-01-01', refunds: [{}] },
      { orderId: 'o', orderedAt: '2021-01-01' },
    ],
  ]);
  expect(counts(orders)).toEqual([5, 0, 0, 5]);
});

test('a line that cannot be stored, or is nested over the bound, is refused before a schema speaks of it', async () => {
  await using it = await setup();
  const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
  const order = '"orderId":"o","userId":"u1","orderedAt":"2021-01-01"';
  const wrong = [
    { userId: 'u2', consents: { 'email\u0000': 'granted' } },
    { userId: 'u2', ['\ud800']: 1 },
  ];
  const customers = await it.post('customers?name=c', [...wrong, `{"a":${deep}}`, deep, { userId: 'good' }]);
  expect([customers.status, ...counts(customers)]).toEqual([200, 5, 1, 0, 4]);
  const lines = [`{${order},"refunds":${deep}}`, `{${order},"products":[{"\\u0000":1}]}`, `{${order}}`];
  const orders = await it.post('orders?name=o', lines);
  expect([orders.status, ...counts(orders)]).toEqual([200, 3, 1, 0, 2]);
  const codes = [customers, orders].flatMap(({ body }) =>
    (body['refusals'] as { code: string }[]).map(({ code }) => code),
  );
  const [text, tooDeep] = ['unstorable-text', 'too-deep'];
  expect(codes).toEqual([text, text, tooDeep, tooDeep, tooDeep, text]);
});

test('a file that breaks off keeps what was committed, and the same again from its start takes the rest', async () => {
  await using it = await setup();
  const size = bounds.importLines + 300;
  const lines = Array.from({ length: size }, (_, n) => JSON.stringify(viewed(n)));
  const headers = { ...admin, 'content-length': '10000000' };
  const broken = request(`${it.api.url}/v1/import/events?name=big`, { method: 'POST', headers });
  const gone = once(broken, 'error');
  broken.write(lines.slice(0, bounds.importLines + 100).join('\n'));
  await eventually(
    'the first chunk',
    async () => (await it.sql`select from imports where lines > 0`).length > 0,
  );
  broken.destroy(new Error('the network is gone'));
  await gone;
  const half = await it.api.get('/v1/import/big');
  expect(half.body).toMatchObject({ lines: bounds.importLines, accepted: bounds.importLines, endedAt: null });
  const whole = await eventually('the name to be free', async () => {
    const answer = await it.post('events?name=big', lines);
    return answer.status === 409 ? null : answer;
  });
  expect([whole.status, ...counts(whole)]).toEqual([200, size, size, 0, 0]);
  expect(counts(await it.post('events?name=big', lines))).toEqual([size, size, 0, 0]);
  await it.routed();
  const longer = await it.post('events?name=big', [...lines, viewed(size)]);
  expect(counts(longer)).toEqual([size + 1, size + 1, 0, 0]);
  expect(await it.sql`select count(*)::int as n from events`).toEqual([{ n: size + 1 }]);
  expect(await it.sql`select from unrouted where imported`).toHaveLength(1);
});

test('another file, or another kind, under a name that is taken is refused and changes nothing', async () => {
  await using it = await setup();
  await it.post('events?name=day', [viewed(1), viewed(2)]);
  const answers = [
    await it.post('events?name=day', [viewed(1), viewed(3)]),
    await it.post('events?name=day', [viewed(1)]),
    await it.post('customers?name=day', [{ userId: 'u1' }]),
  ];
  for (const answer of answers) expect([answer.status, answer.body.code]).toEqual([409, 'import-differs']);
  expect(await it.events()).toHaveLength(2);
});

test('of a file that is wrong throughout the first refusals are kept, and all are counted', async () => {
  await using it = await setup();
  const lines = bounds.importRejections + 10;
  const answer = await it.post('events?name=wrong', 'x\n'.repeat(lines));
  expect(counts(answer)).toEqual([lines, 0, 0, lines]);
  expect(answer.body['refusals']).toHaveLength(bounds.importRefusalsShown);
  const [kept] = await it.sql`select count(*)::int as n, max("index") as last from rejections`;
  expect(kept).toEqual({ n: bounds.importRejections, last: bounds.importRejections });
});

test('whoever was broken off may send again at once: it goes on when what had come is taken', async () => {
  await using it = await setup();
  const headers = { ...admin, 'content-type': 'application/x-ndjson' };
  const first = request(`${it.api.url}/v1/import/events?name=once`, { method: 'POST', headers });
  first.on('error', () => {}).write(`${JSON.stringify(viewed(1))}\n`);
  await eventually('the first to begin', async () => (await it.sql`select from imports`).length > 0);
  const again = it.post('events?name=once', [viewed(1), viewed(2)]);
  await eventually('both to be there', async () => /kairos_imports_running 2\n/.test(await it.metrics()));
  first.destroy();
  expect(counts(await again).slice(0, 3)).toEqual([2, 2, 0]);
});

test('two of one name at once: the second is refused, and free again after the first', async () => {
  await using it = await setup(0);
  const headers = { ...admin, 'content-type': 'application/x-ndjson' };
  const first = request(`${it.api.url}/v1/import/events?name=once`, { method: 'POST', headers });
  const answered = once(first, 'response');
  first.write(`${JSON.stringify(viewed(1))}\n`);
  await eventually('the first to begin', async () => (await it.sql`select from imports`).length > 0);
  const second = await it.post('events?name=once', [viewed(1)]);
  expect([second.status, second.body.code]).toEqual([409, 'import-running']);
  const other = request(`${it.api.url}/v1/import/events?name=other`, { method: 'POST', headers });
  const otherAnswered = once(other, 'response');
  other.write('\n');
  await eventually('the other to begin', async () => (await it.sql`select from imports`).length > 1);
  const third = await it.post('events?name=third', [viewed(1)]);
  expect([third.status, third.body.code, third.headers.get('retry-after')]).toEqual([429, 'too-many', '1']);
  expect(await it.metrics()).toContain('kairos_imports_running 2\n');
  other.end();
  await otherAnswered;
  first.end();
  await answered;
  expect(counts(await it.post('events?name=once', [viewed(1)]))).toEqual([1, 1, 0, 0]);
  expect(await it.metrics()).toContain('kairos_imports_running 0\n');
});

test('takes compressed bodies, also of several pieces, and says when one is cut off', async () => {
  await using it = await setup();
  const pieces = [gzipSync(`${JSON.stringify(viewed(1))}\n`), gzipSync(JSON.stringify(viewed(2)))];
  const gzip = { 'content-encoding': 'gzip' };
  expect(counts(await it.post('events?name=zip', Buffer.concat(pieces), gzip))).toEqual([2, 2, 0, 0]);
  const taken = 'kairos_import_lines_total{kind="events",outcome="accepted"} 2\n';
  expect(await it.metrics()).toContain(taken);
  const cut = await it.post('events?name=cut', pieces[0]!.subarray(0, -6), gzip);
  expect([cut.status, cut.body.code]).toEqual([400, 'malformed-body']);
  const unknown = await it.post('events?name=zstd', 'x', { 'content-encoding': 'zstd' });
  expect([unknown.status, unknown.body.code]).toEqual([415, 'unsupported-encoding']);
});

test('only the admin key imports; what cannot be imported yet is not there; progress is listed', async () => {
  await using it = await setup();
  const refused = await it.api.post('/v1/import/customers', '', write);
  expect([refused.status, refused.body.code]).toEqual([403, 'wrong-key']);
  expect(refused.headers.get('connection')).toBe('close');
  expect((await it.post('exposures', [])).status).toBe(404);
  const unnamed = await it.post('events', [viewed(1)]);
  expect(counts(unnamed)).toEqual([1, 1, 0, 0]);
  await it.post('customers?name=b', []);
  const wrong = await it.post('customers?name=a/b', []);
  expect([wrong.status, wrong.body.code]).toEqual([400, 'malformed-query']);
  expect((await it.post('customers?name=events', [])).status).toBe(400);
  const { items } = (await it.api.get('/v1/imports')).body;
  expect(items.map(({ name, lines }) => [name, lines])).toEqual([
    ['b', 0],
    [unnamed.body['name'], 1],
  ]);
  const nobody = await it.api.get('/v1/import/nobody');
  expect([nobody.status, nobody.body.code]).toEqual([404, 'unknown-import']);
});

test('a write key cannot take the message ids that an import or an erasure makes', async () => {
  await using it = await setup();
  const take = (messageId: string, headers = write) =>
    it.api.post('/v1/track', { event: 'Product Viewed', userId: 'u1', messageId }, headers);
  for (const messageId of ['import:crm:1', 'import:order:x', 'erasure:x']) {
    const refused = await take(messageId);
    expect([refused.status, refused.body.code]).toEqual([400, 'malformed-message']);
    expect(refused.body.detail).toContain('choose another, or leave it out');
  }
  expect((await take('imported')).status).toBe(200);
  expect((await take('import:crm:2', admin)).status).toBe(200);
  expect(counts(await it.post('events?name=crm', [viewed(1)]))).toEqual([1, 1, 0, 0]);
});

test('a write key may say what its customer states, and not that traits were bought in', async () => {
  await using it = await setup();
  const identify = (traitsOrigin: unknown, headers = write) =>
    it.api.post('/v1/identify', { userId: 'u1', traits: { a: 1 }, context: { traitsOrigin } }, headers);
  expect((await identify('stated')).status).toBe(200);
  const bought = await identify('bought-in');
  expect([bought.status, bought.body.code]).toEqual([403, 'bought-in-needs-admin']);
  expect((await identify('bought-in', admin)).status).toBe(200);
  const unknown = await identify('guessed');
  expect([unknown.status, unknown.body.code]).toEqual([400, 'malformed-message']);
  expect(unknown.body.detail).toContain('expected one of stated, observed, bought-in');
});
