import { expect, test } from 'vitest';
import { personaNames } from '../../src/define/personas.ts';
import { personas } from '../../src/personas/index.ts';
import { indexSegments } from '../../src/routing/segment-index.ts';
import { segments } from '../../src/segments/index.ts';
import { testApi, write } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';

const today = '2026-05-01T12:00:00.000Z';

async function setup() {
  const database = await testDatabase();
  const shop = routingOver(database.sql, [], today, [], indexSegments(segments, personas));
  const api = await testApi({ database, clock: shop.clock });
  return {
    database,
    api,
    get: async (path: string) => (await api.get(path)).body,
    route: (...events: GivenEvent[]) => shop.acceptAndRoute(...events),
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

const order = (userId: string, id: string, at: string, total = 100): GivenEvent => ({
  ...{ userId, name: 'Order Completed', at, properties: { order_id: id, total } },
});
const tier = (userId: string, loyalty_tier: string): GivenEvent => ({
  ...{ kind: 'identify', userId, traits: { loyalty_tier } },
});

test('segments are shown in words and line by line, with how far they are computed and who is in them', async () => {
  await using s = await setup();
  expect((await s.get('/v1/segments/lapsed'))['state']).toBe('computing');
  await s.route(tier('gold-1', 'gold'), tier('gold-2', 'platinum'), tier('iron', 'iron'));
  const listed = await s.get('/v1/segments');
  expect(listed.items.map(({ name }) => name)).toEqual(segments.map(({ name }) => name));
  const loyal = {
    name: 'loyal-shoppers',
    words:
      'has placed at least 3 orders, (has placed at least 2 orders, and has spent at least 500 USD), ' +
      'or loyalty_tier is gold or platinum',
    ...{ state: 'ready', progress: null, members: 2, computedAt: today },
  };
  expect(listed.items.find(({ name }) => name === 'loyal-shoppers')).toEqual(loyal);
  expect(await s.get('/v1/segments/loyal-shoppers')).toEqual({
    ...loyal,
    sql: expect.stringContaining('select') as string,
    parts: [
      { depth: 0, words: 'any of' },
      { depth: 1, words: 'has placed at least 3 orders' },
      { depth: 1, words: 'all of' },
      { depth: 2, words: 'has placed at least 2 orders' },
      { depth: 2, words: 'has spent at least 500 USD' },
      { depth: 1, words: 'loyalty_tier is gold or platinum' },
    ],
  });
  const { plan } = await s.get('/v1/segments/loyal-shoppers?plan=true');
  expect((plan as string[]).join('\n')).toContain('cost=');
  const first = await s.get('/v1/segments/loyal-shoppers/members?limit=1');
  const second = await s.get(`/v1/segments/loyal-shoppers/members?limit=1&cursor=${first.cursor}`);
  expect([...first.items, ...second.items]).toEqual(
    ['gold-1', 'gold-2'].map((user) => ({ id: expect.any(String) as string, since: today, userIds: [user] })),
  );
  expect(second.cursor).toBeNull();
  await s.database.sql`
    update segments set next_definition = 'other', next_generation = 2, done = 1, total = 3 where name = 'lapsed'`;
  expect(await s.get('/v1/segments/lapsed')).toMatchObject({
    state: 'computing',
    progress: { done: 1, total: 3 },
  });
});

test('it is said line by line which part of a segment holds for a customer, and what that is known from', async () => {
  await using s = await setup();
  await s.route(
    order('jane', 'o1', '2026-04-01T00:00:00Z'),
    order('jane', 'o2', '2026-04-20T00:00:00Z', 400),
    tier('jane', 'iron'),
  );
  const jane = await s.get('/v1/segments/loyal-shoppers/customers/jane');
  expect(jane).toEqual({
    segment: 'loyal-shoppers',
    customerId: expect.any(String) as string,
    holds: true,
    // What happened before it arrived counts from then on.
    since: expect.any(String) as string,
    parts: [
      { depth: 0, words: 'any of', holds: true, found: null },
      ...[
        {
          depth: 1,
          words: 'has placed at least 3 orders',
          holds: false,
          found: '2 times, last on 2026-04-20',
        },
        { depth: 1, words: 'all of', holds: true, found: null },
        {
          depth: 2,
          words: 'has placed at least 2 orders',
          holds: true,
          found: '2 times, last on 2026-04-20',
        },
        { depth: 2, words: 'has spent at least 500 USD', holds: true, found: '500.00 USD' },
        {
          ...{ depth: 1, words: 'loyalty_tier is gold or platinum', holds: false },
          found: 'loyalty_tier is "iron", observed on 2026-05-01',
        },
      ],
    ],
  });
  const linesOf = async (name: string) =>
    (
      (await s.get(`/v1/segments/${name}/customers/jane?by=userId`))['parts'] as Record<string, unknown>[]
    ).map(({ depth, holds, words, found }) => [depth, holds, words, found]);
  expect(await linesOf('window-shoppers')).toEqual([
    [0, false, 'all of', null],
    [1, false, 'has done Product Viewed at least 3 times in the last 30 days', 'never'],
    [1, true, 'not', null],
    [2, false, 'has done Product Added in the last 30 days', 'never'],
    [1, false, 'not', null],
    [2, true, 'has placed an order in the last 30 days', 'once, last on 2026-04-20'],
  ]);
  expect(await linesOf('reachable-by-phone')).toEqual([
    [0, false, 'all of', null],
    [1, false, 'has an address for sms', 'phone is not known'],
    [1, false, 'has consented to sms', 'never asked'],
  ]);
});

test('the personas are listed in order with how many customers each has; whoever is left has the last', async () => {
  await using s = await setup();
  await s.route(tier('a', 'gold'), tier('b', 'gold'), tier('c', 'iron'));
  const { items } = await s.get('/v1/personas');
  expect(items.map(({ name }) => name)).toEqual(personaNames(personas));
  const counts = items
    .filter(({ customers }) => customers !== 0)
    .map(({ name, customers }) => [name, customers]);
  expect(counts).toEqual([
    ['loyal-shoppers', 2],
    ['everybody-else', 1],
  ]);
  expect(items.at(-1)).toEqual({ name: 'everybody-else', words: null, customers: 1 });
});

test('scores of recency, frequency and money are told with what they are made of', async () => {
  await using s = await setup();
  await s.route(
    order('jane', 'o1', '2026-02-01T00:00:00Z'),
    order('jane', 'o2', '2026-03-20T00:00:00Z', 400.5),
  );
  await s.route(tier('jim', 'gold'));
  const id = expect.any(String) as string;
  expect(await s.get('/v1/customers/jane/scores')).toEqual({
    customerId: id,
    recency: { score: 4, lastOrderAt: '2026-03-20T00:00:00.000Z' },
    frequency: { score: 2, orders: 2 },
    monetary: { score: 4, spentMinor: 50_050, currency: 'USD' },
  });
  expect(await s.get('/v1/customers/jim/scores')).toEqual({
    customerId: id,
    recency: { score: null, lastOrderAt: null },
    frequency: { score: null, orders: 0 },
    monetary: { score: null, spentMinor: 0, currency: 'USD' },
  });
});

test('a segment or customer that there is not is refused with the one that may be meant', async () => {
  await using s = await setup();
  for (const path of ['loyal-shopers', 'loyal-shopers/members', 'loyal-shopers/customers/jane']) {
    const answer = await s.api.get(`/v1/segments/${path}`);
    expect([answer.status, answer.body.code]).toEqual([404, 'unknown-segment']);
    expect(answer.body.detail).toMatch(/"loyal-shopers" .*; did you mean loyal-shoppers\?$/);
  }
  expect((await s.api.get('/v1/segments/lapsed/customers/nobody')).body.code).toBe('unknown-customer');
  expect((await s.api.get('/v1/segments/lapsed/members?cursor=x')).body.code).toBe('malformed-query');
  for (const path of ['/v1/segments', '/v1/segments/lapsed', '/v1/personas'])
    expect((await s.api.get(path, write)).body.code).toBe('wrong-key');
});
