import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { consents, customerIds, customers, deliveries, events, runs } from '../../src/db/schema/index.ts';
import * as schema from '../../src/db/schema/index.ts';
import { newId } from '../../src/ids.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { testApi, write } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';

let nowMs = Date.parse('2026-03-01T00:00:00Z');
/** A clock that moves with every look, so that ids and times are in order. */
const clock = createClock(realTime, () => (nowMs += 1_000));

async function setup() {
  const database = await testDatabase();
  const ui = { TEMPORAL_UI_URL: 'http://ui.example:8233/', TEMPORAL_NAMESPACE: 'shop' };
  const api = await testApi({ database, clock }, ui);
  const { db } = database;
  return {
    database,
    api,
    async customer(ids: { users?: string[]; visitors?: string[]; mergedInto?: string } = {}) {
      const id = newId(clock);
      const { users = [], visitors = [], mergedInto = null } = ids;
      const traits = { plan: { value: 'pro', origin: 'stated' as const, at: '2026-01-01T00:00:00.000Z' } };
      await db.insert(customers).values({ id, armKey: id, traits, mergedInto, createdAt: clock.now() });
      const links = [
        ...users.map((externalId) => ({ kind: 'user' as const, externalId })),
        ...visitors.map((externalId) => ({ kind: 'anonymous' as const, externalId })),
      ];
      for (const link of links)
        await db.insert(customerIds).values({ ...link, customerId: id, at: clock.now() });
      return id;
    },
    async run(customerId: string, more: Partial<typeof runs.$inferInsert> = {}) {
      const id = newId(clock);
      const at = clock.now();
      const fixed = { version: 1, n: 1, first: { at: 0, device: null }, carries: {}, settings: {}, key: '' };
      await db.insert(runs).values({
        ...fixed,
        ...{
          id,
          name: 'abandonedCart',
          customerId,
          workflowId: `abandonedCart/${id}`,
          openedAt: at,
          lastActivityAt: at,
        },
        ...more,
      });
      return id;
    },
    async delivery(customerId: string, runId: string, more: Partial<typeof deliveries.$inferInsert> = {}) {
      const id = newId(clock);
      await db.insert(deliveries).values({
        ...{ id, runId, customerId, name: 'abandonedCart', message: 'cart-nudge', nth: 1, purpose: 'help' },
        ...{ channel: 'email', state: 'accepted', arm: 'treated', verdicts: [], at: clock.now() },
        ...more,
      });
      return id;
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('a customer is found by each of their ids, and one who was joined leads to the survivor', async () => {
  await using s = await setup();
  const id = await s.customer({ users: ['u1', 'both'], visitors: ['a1'] });
  const gone = await s.customer({ mergedInto: id });
  const before = await s.customer({ mergedInto: gone });
  const visitor = await s.customer({ visitors: ['both'] });
  await s.database.db.insert(consents).values([
    {
      id: newId(clock),
      customerId: id,
      channel: 'email',
      state: 'denied',
      source: 'old',
      at: new Date('2026-01-01'),
    },
    {
      id: newId(clock),
      customerId: id,
      channel: 'email',
      state: 'granted',
      source: 'form',
      at: new Date('2026-02-01'),
    },
  ]);
  const found = async (path: string) => (await s.api.get(`/v1/customers/${path}`)).body['id'];
  for (const path of [id, 'u1', 'a1', gone, before, `${id}?by=id`, 'a1?by=anonymousId', 'both']) {
    expect([path, await found(path)]).toEqual([path, id]);
  }
  expect(await found('both?by=anonymousId')).toBe(visitor);
  expect((await s.api.get('/v1/customers/u1')).body).toEqual({
    id,
    userIds: ['u1', 'both'],
    anonymousIds: ['a1'],
    traits: { plan: { value: 'pro', origin: 'stated', at: '2026-01-01T00:00:00.000Z' } },
    consents: { email: { state: 'granted', source: 'form', wording: null, at: '2026-02-01T00:00:00.000Z' } },
    segments: [],
    persona: 'everybody-else',
    suppressed: [],
    dates: [],
    temporalUrl: `http://ui.example:8233/namespaces/shop/workflows?query=KairosCustomer%3D%22${id}%22`,
  });
  for (const path of ['nobody', 'u1?by=anonymousId', 'u1?by=id']) {
    const answer = await s.api.get(`/v1/customers/${path}`);
    expect([answer.status, answer.body.code]).toEqual([404, 'unknown-customer']);
  }
});

test('a customer shows the segments they are in', async () => {
  await using s = await setup();
  const id = await s.customer({ users: ['u1'] });
  const order = async (n: number, cancelledAt: Date | null = null) => {
    const at = clock.now();
    const money = { valueMinor: 100, currency: 'USD' };
    await s.database.db
      .insert(schema.orders)
      .values({ orderId: `o${n}`, customerId: id, ...money, orderedAt: at, reportedAt: at, cancelledAt });
  };
  for (const n of [1, 2]) await order(n);
  await order(3, new Date());
  expect((await s.api.get('/v1/customers/u1')).body['segments']).not.toContain('loyal-shoppers');
  await order(4);
  expect((await s.api.get('/v1/customers/u1')).body['segments']).toContain('loyal-shoppers');
});

test('who was just identified is waited for, while their event takes effect', async () => {
  await using s = await setup();
  await s.api.post('/v1/identify', { userId: 'soon' });
  const asked = s.api.put('/v1/customers/soon/consents', { consents: { sms: 'denied' }, source: 'call' });
  const id = await s.customer({ users: ['soon'] });
  await s.database.sql`delete from unrouted`;
  expect((await asked).status).toBe(200);
  expect(await s.database.db.select().from(consents).where(eq(consents.customerId, id))).toHaveLength(1);
  await s.api.post('/v1/identify', { userId: 'later' });
  const waited = await s.api.get('/v1/customers/later');
  expect([waited.status, waited.body.code, waited.headers.get('retry-after')]).toEqual([
    503,
    'unavailable',
    '2',
  ]);
});

test('what is read of a customer waits for what was accepted before, and is what there is when that takes long', async () => {
  await using s = await setup();
  const id = await s.customer({ users: ['u1'], visitors: ['a1'] });
  await s.api.post('/v1/identify', { anonymousId: 'a1', traits: { plan: 'free' } });
  const asked = ['/v1/customers/u1', '/v1/runs?customer=u1', `/v1/deliveries?customer=${id}`].map((path) =>
    s.api.get(path),
  );
  await s.database.sql`update customers set traits = '{}' where id = ${id}`;
  const runId = await s.run(id);
  const deliveryId = await s.delivery(id, runId);
  await s.database.sql`delete from unrouted`;
  const [customer, runs, deliveries] = await Promise.all(asked);
  expect(customer!.body['traits']).toEqual({});
  expect(runs!.body.items).toMatchObject([{ id: runId }]);
  expect(deliveries!.body.items).toMatchObject([{ id: deliveryId }]);
  await s.api.post('/v1/alias', { userId: 'u2', previousId: 'a1' });
  expect((await s.api.get('/v1/customers/u1')).body).toMatchObject({ id });
});

test('a consent is recorded with its source and wording, and the newest given holds', async () => {
  await using s = await setup();
  await s.customer({ users: ['u1'] });
  const put = (body: unknown) => s.api.put('/v1/customers/u1/consents', body);
  const first = await put({
    consents: { email: 'granted', sms: 'denied' },
    source: 'form',
    wording: 'May we?',
  });
  expect(first.status).toBe(200);
  expect(first.body['consents']).toMatchObject({
    email: { state: 'granted', source: 'form', wording: 'May we?' },
    sms: { state: 'denied', source: 'form', wording: 'May we?' },
  });
  const older = await put({ consents: { email: 'denied' }, source: 'paper', at: '2020-01-01T00:00:00Z' });
  expect(older.body['consents']).toMatchObject({ email: { state: 'granted' } });
  const newer = await put({ consents: { email: 'denied' }, source: 'call', at: '2099-01-01T00:00:00Z' });
  expect(newer.body['consents']).toMatchObject({ email: { state: 'denied', source: 'call', wording: null } });
  // A time to come is taken for now, so that it does not outlast what is given later.
  expect((await put({ consents: { email: 'granted' }, source: 'form' })).body['consents']).toMatchObject({
    email: { state: 'granted' },
  });
});

test('a consent that cannot be understood is refused with its place', async () => {
  await using s = await setup();
  await s.customer({ users: ['u1'] });
  const cases: [unknown, string][] = [
    [{ source: 'x' }, 'consents'],
    [{ consents: {}, source: 'x' }, 'consents: name at least one channel: email, sms, whatsapp'],
    [{ consents: { fax: 'granted' }, source: 'x' }, 'consents'],
    [{ consents: { email: true }, source: 'x' }, 'consents.email'],
    [{ consents: { email: 'granted' } }, 'source'],
    [{ consents: { email: 'granted' }, source: 'x', at: 'soon' }, 'at: expected a time'],
    [{ consents: { email: 'granted' }, source: 'x', when: 1 }, 'when'],
  ];
  for (const [body, words] of cases) {
    const answer = await s.api.put('/v1/customers/u1/consents', body);
    expect([answer.status, answer.body.code]).toEqual([400, 'malformed-body']);
    expect(answer.body.detail).toContain(words);
  }
  const nobody = await s.api.put('/v1/customers/nobody/consents', {
    consents: { email: 'granted' },
    source: 'x',
  });
  expect(nobody.status).toBe(404);
});

test('runs are listed newest first, by name, customer and state, page by page', async () => {
  await using s = await setup();
  const u1 = await s.customer({ users: ['u1'], visitors: ['a1'] });
  const u2 = await s.customer({ users: ['u2'] });
  const first = await s.run(u1, {
    state: 'closed',
    outcome: 'ordered',
    closedAt: new Date('2026-05-01'),
    key: 'c1',
  });
  const second = await s.run(u1, { key: 'c2' });
  const third = await s.run(u2, { name: 'another', version: 2 });
  const ids = async (query: string) =>
    (await s.api.get(`/v1/runs${query}`)).body.items.map((run) => run['id']);
  expect(await ids('')).toEqual([third, second, first]);
  expect(await ids('?customer=u1')).toEqual([second, first]);
  expect(await ids('?customer=a1&state=open')).toEqual([second]);
  expect(await ids('?name=another')).toEqual([third]);
  expect(await ids('?customer=nobody')).toEqual([]);
  expect(await ids('?subject=sku')).toEqual([]);
  const page = await s.api.get('/v1/runs?limit=2');
  expect(await ids(`?limit=2&cursor=${page.body.cursor}`)).toEqual([first]);
  const [run] = (await s.api.get('/v1/runs?state=closed')).body.items;
  expect(run).toEqual({
    id: first,
    name: 'abandonedCart',
    version: 1,
    customerId: u1,
    subject: null,
    key: 'c1',
    arms: {},
    state: 'closed',
    outcome: 'ordered',
    openedAt: expect.any(String) as string,
    closedAt: '2026-05-01T00:00:00.000Z',
    heldUntil: null,
    words: null,
    temporalUrl: `http://ui.example:8233/namespaces/shop/workflows/abandonedCart%2F${first}`,
  });
});

test('a run that is held says so in words, in the list and in the timeline, and leads to no workflow', async () => {
  await using s = await setup();
  const visitor = await s.customer({ visitors: ['a1'] });
  const heldUntil = new Date('2026-05-02T00:00:00.000Z');
  await s.run(visitor, { heldUntil });
  const over = { state: 'closed', closedAt: heldUntil, heldUntil } as const;
  await s.run(visitor, { key: 'c1', ...over, outcome: 'expired' });
  await s.run(visitor, { key: 'c2', ...over, outcome: 'ordered' });
  const runs = (await s.api.get('/v1/runs?customer=a1')).body.items.reverse();
  const until = heldUntil.toISOString();
  expect(runs).toMatchObject([
    {
      state: 'open',
      heldUntil: until,
      words: `held until ${until}: nobody can reach this visitor yet; it begins when they identify or leave an address, and expires otherwise`,
      temporalUrl: null,
    },
    {
      outcome: 'expired',
      heldUntil: null,
      words: `held until ${until}: nobody could reach this visitor, so it never began`,
      temporalUrl: null,
    },
    {
      outcome: 'ordered',
      heldUntil: null,
      words: 'ended while it was held: nobody could reach this visitor, so it never began',
      temporalUrl: null,
    },
  ]);
  const timeline = (await s.api.get('/v1/customers/a1/timeline')).body.items;
  const shown = (items: Record<string, unknown>[]) => items.map(({ words }) => words).sort();
  expect(shown(timeline)).toEqual(shown(runs));
});

test('deliveries are listed newest first, by what they are, page by page', async () => {
  await using s = await setup();
  const u1 = await s.customer({ users: ['u1'] });
  const runId = await s.run(u1);
  const verdict = {
    at: '2026-03-01T00:00:00.000Z',
    channel: 'email',
    state: 'withheld',
    reason: 'capped',
    words: 'w',
  };
  const first = await s.delivery(u1, runId, {
    state: 'withheld',
    reason: 'capped',
    arm: null,
    verdicts: [verdict as never],
    openedAt: new Date('2026-03-02T00:00:00Z'),
    clickedAt: new Date('2026-03-03T00:00:00Z'),
    complainedAt: new Date('2026-03-04T00:00:00Z'),
  });
  const second = await s.delivery(u1, runId, { nth: 2, channel: 'sms', arm: 'held-out', state: 'held-out' });
  const third = await s.delivery(u1, runId, { message: 'cart-offer', purpose: 'offer' });
  const ids = async (query: string) =>
    (await s.api.get(`/v1/deliveries${query}`)).body.items.map((delivery) => delivery['id']);
  expect(await ids('')).toEqual([third, second, first]);
  expect(await ids('?customer=u1&message=cart-nudge')).toEqual([second, first]);
  expect(await ids('?channel=sms')).toEqual([second]);
  expect(await ids('?state=withheld')).toEqual([first]);
  expect(await ids('?arm=held-out&name=abandonedCart')).toEqual([second]);
  const page = await s.api.get('/v1/deliveries?limit=2');
  expect(await ids(`?limit=2&cursor=${page.body.cursor}`)).toEqual([first]);
  expect((await s.api.get('/v1/deliveries?state=withheld')).body.items[0]).toEqual({
    ...{
      id: first,
      customerId: u1,
      runId,
      name: 'abandonedCart',
      subject: null,
      message: 'cart-nudge',
      nth: 1,
    },
    ...{ purpose: 'help', channel: 'email', variant: null, arm: null, state: 'withheld', reason: 'capped' },
    ...{ heldUntil: null, providerCode: null, verdicts: [verdict], at: expect.any(String) as string },
    ...{ openedAt: '2026-03-02T00:00:00.000Z', clickedAt: '2026-03-03T00:00:00.000Z' },
    ...{ complainedAt: '2026-03-04T00:00:00.000Z', unsubscribedAt: null },
  });
});

test("a customer's timeline has events, runs and deliveries in one order, page by page", async () => {
  await using s = await setup();
  const u1 = await s.customer({ users: ['u1'] });
  await s.api.post('/v1/track', {
    userId: 'u1',
    event: 'Product Added',
    messageId: 'm1',
    properties: { sku: 'A' },
  });
  await s.api.post('/v1/track', { userId: 'u1', event: 'Unrouted' });
  const [event] = await s.database.db.select().from(events).where(eq(events.messageId, 'm1'));
  await s.database.db
    .insert(schema.customerEvents)
    .values({ seq: event!.seq, customerId: u1, occurredAt: event!.occurredAt });
  await s.database.sql`delete from unrouted`;
  const runId = await s.run(u1);
  const deliveryId = await s.delivery(u1, runId);
  const whole = await s.api.get('/v1/customers/u1/timeline');
  expect(whole.body.items).toMatchObject([
    { kind: 'delivery', id: deliveryId, message: 'cart-nudge', verdicts: [] },
    { kind: 'run', id: runId, name: 'abandonedCart', state: 'open' },
    { kind: 'event', id: event!.id, type: 'track', name: 'Product Added', properties: { sku: 'A' } },
  ]);
  expect(whole.body.cursor).toBeNull();
  const pages: unknown[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const path = `/v1/customers/u1/timeline?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const { body }: Awaited<ReturnType<typeof s.api.get>> = await s.api.get(path);
    pages.push(...body.items);
    cursor = body.cursor;
  }
  expect(pages).toEqual(whole.body.items);
});

test('what the admin key is for does not show to a write key, nor to nobody', async () => {
  await using s = await setup();
  const paths = ['runs', 'deliveries', 'rejections', 'customers/u', 'customers/u/timeline'].map(
    (path) => `/v1/${path}`,
  );
  for (const path of paths) {
    const answers = [
      await s.api.get(path, {}),
      await s.api.get(path, { authorization: 'Bearer x' }),
      await s.api.get(path, write),
    ];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [401, 'missing-key'],
      [401, 'unknown-key'],
      [403, 'wrong-key'],
    ]);
    expect(answers[0]!.headers.get('www-authenticate')).toBe('Bearer realm="kairos"');
  }
  expect((await s.api.put('/v1/customers/u/consents', {}, write)).body.code).toBe('wrong-key');
});

test('an address with a NUL in it is refused: no database can look that up', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database });
  for (const path of [
    '/v1/customers/%00',
    '/v1/customers/a%00/timeline',
    '/v1/runs?name=%00',
    '/healthz?%00',
  ]) {
    const answer = await api.get(path);
    expect([answer.status, answer.body.code]).toEqual([400, 'malformed-query']);
  }
  for (const channel of ['%00', '%E0%A4%A']) {
    const answer = await api.post(`/v1/channels/${channel}/pause`, {});
    expect([answer.status, answer.body.code]).toEqual([400, 'malformed-query']);
  }
});

test('a query that cannot be understood is refused with its place', async () => {
  await using s = await setup();
  const cases: [string, string][] = [
    ['runs?limit=0', 'limit'],
    ['runs?limit=1001', 'limit'],
    ['runs?state=opened', 'state'],
    ['runs?status=open', 'status'],
    ['runs?cursor=abc', 'cursor'],
    ['runs?name=a&name=b', 'name'],
    ['deliveries?arm=control', 'arm'],
    ['customers/u?by=email', 'by'],
    ...['segments', 'journeys', 'watches', 'channels', 'codes', 'messages', 'personas'].flatMap(
      (list): [string, string][] => [
        [`${list}?limit=0`, 'limit'],
        [`${list}?cursor=abc`, 'cursor'],
        [`${list}?cursor=${Buffer.from('["nothing"]').toString('base64url')}`, 'cursor'],
      ],
    ),
  ];
  for (const [path, words] of cases) {
    const answer = await s.api.get(`/v1/${path}`);
    expect([path, answer.status, answer.body.code]).toEqual([path, 400, 'malformed-query']);
    expect(answer.body.detail).toContain(words);
  }
  const all = (await s.api.get('/v1/channels')).body.items;
  const { body } = await s.api.get('/v1/channels?limit=2');
  expect(body.items).toEqual(all.slice(0, 2));
  const rest = await s.api.get(`/v1/channels?cursor=${body.cursor}`);
  expect(rest.body).toEqual({ items: all.slice(2), cursor: null });
  expect((await s.api.get('/v1/customers/%E0%A4%A')).body.code).toBe('malformed-query');
});
