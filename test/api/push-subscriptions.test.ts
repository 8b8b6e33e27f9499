import { expect, test } from 'vitest';
import { liveSubscriptions } from '../../src/db/queries/push-subscriptions.ts';
import { findCustomer } from '../../src/db/queries/find-customer.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { createVapidKeys } from '../../src/vapid.ts';
import { testApi } from '../support/api.ts';
import { emptiedDatabase } from '../support/emptied-database.ts';
import { routingOver } from '../support/routing.ts';

const database = emptiedDatabase();
const { publicKey, privateKey } = createVapidKeys();
const path = '/v1/push/subscriptions';

/** A subscription as a browser gives it. */
function subscription(name = 'one') {
  const keys = { p256dh: createVapidKeys().publicKey, auth: Buffer.alloc(16, 1).toString('base64url') };
  return { endpoint: `https://push.example/${name}`, expirationTime: null, keys };
}

async function setup(
  env: NodeJS.ProcessEnv = { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey },
) {
  const opened = await database();
  const { sql } = opened;
  const { route, clock } = routingOver(sql, [], new Date(0).toISOString());
  const api = await testApi({ database: opened }, env);
  return {
    ...{ sql, route, clock },
    post: (body: object) => api.post(path, body),
    get: (at: string, headers?: Record<string, string>) => api.get(at, headers),
    /** As a page does it, whose key stands in the body. */
    unsubscribe: (body: object) =>
      fetch(`${api.url}${path}`, {
        method: 'DELETE',
        body: JSON.stringify({ writeKey: 'write-of-test', ...body }),
      }),
    async endpointsOf(id: string, kind: 'userId' | 'anonymousId' = 'anonymousId') {
      const customerId = await findCustomer(sql, id, kind);
      const live = customerId === null ? [] : await liveSubscriptions(sql, customerId);
      return live.map(({ endpoint }) => endpoint);
    },
    consents: () => sql`select channel, topic, state, source from consents order by at, id`,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await opened[Symbol.asyncDispose]();
    },
  };
}

const granted = { channel: 'push', topic: '', state: 'granted', source: 'browser' };

test('a visitor’s browser is registered in the order of their events, with what they agreed to', async () => {
  await using it = await setup();
  const given = subscription();
  expect(await it.post({ anonymousId: 'a1', subscription: given })).toMatchObject({
    status: 200,
    body: { success: true },
  });
  expect(await it.endpointsOf('a1')).toEqual([]);
  await it.route();
  expect(await it.endpointsOf('a1')).toEqual([given.endpoint]);
  expect(await it.consents()).toEqual([granted]);
});

test('told again on each visit, it is no new word: what the customer refused since then stands', async () => {
  await using it = await setup();
  const given = { anonymousId: 'a1', subscription: subscription() };
  await it.post(given);
  await it.route();
  const [{ count }] = (await it.sql`select count(*)::int as count from events`) as unknown as [
    { count: number },
  ];
  await it.post(given);
  expect(await it.sql`select count(*)::int as count from events`).toEqual([{ count }]);
  // Of somebody else, or with other keys, it is a new word.
  await it.post({ userId: 'u1', anonymousId: 'a1', subscription: given.subscription });
  await it.post({
    anonymousId: 'a1',
    subscription: { ...subscription(), endpoint: given.subscription.endpoint },
  });
  expect(await it.route()).toMatchObject({ events: 2 });
});

test('a browser belongs to whoever subscribed on it last, also on a shared device', async () => {
  await using it = await setup();
  const given = subscription();
  await it.post({ userId: 'ada', anonymousId: 'a1', subscription: given });
  await it.post({ userId: 'bob', anonymousId: 'a1', subscription: given });
  await it.route();
  expect(await it.endpointsOf('ada', 'userId')).toEqual([]);
  expect(await it.endpointsOf('bob', 'userId')).toEqual([given.endpoint]);
});

test('who is joined to another brings their browsers along', async () => {
  await using it = await setup();
  await it.post({ anonymousId: 'a1', subscription: subscription('phone') });
  await it.route();
  const visitor = (await findCustomer(it.sql, 'a1', 'anonymousId'))!;
  await it.post({ userId: 'ada', anonymousId: 'a1', subscription: subscription('desk') });
  await it.route();
  const both = ['https://push.example/desk', 'https://push.example/phone'];
  expect((await it.endpointsOf('ada', 'userId')).sort()).toEqual(both);
  // A delivery that names who they were finds them as well.
  expect(await liveSubscriptions(it.sql, visitor)).toHaveLength(2);
});

test('a browser is taken back by its endpoint, in its turn; the newest of many stay', async () => {
  await using it = await setup();
  const names = Array.from({ length: bounds.pushSubscriptions + 2 }, (_, n) => `b${n}`);
  for (const name of names) await it.post({ anonymousId: 'a1', subscription: subscription(name) });
  await it.route();
  const kept = names.slice(2).reverse();
  expect(await it.endpointsOf('a1')).toEqual(kept.map((name) => `https://push.example/${name}`));
  const answer = await it.unsubscribe({ anonymousId: 'a1', endpoint: 'https://push.example/b5' });
  expect(answer.status).toBe(200);
  await it.route();
  expect(await it.endpointsOf('a1')).toHaveLength(bounds.pushSubscriptions - 1);
  await it.post({ anonymousId: 'a1', subscription: subscription('b5') });
  await it.route();
  expect(await it.endpointsOf('a1')).toContain('https://push.example/b5');
});

const ours = { anonymousId: 'a1', subscription: subscription() };
test.each<[string, object, number, string]>([
  ['without anybody', { subscription: subscription() }, 400, 'no-identity'],
  ['without a subscription', { anonymousId: 'a1' }, 400, 'malformed-body'],
  [
    'to a private network',
    { anonymousId: 'a1', subscription: { ...subscription(), endpoint: 'https://10.0.0.1/x' } },
    400,
    'malformed-body',
  ],
  [
    'with keys that are none',
    { anonymousId: 'a1', subscription: { ...subscription(), keys: { p256dh: 'x', auth: 'y' } } },
    400,
    'malformed-body',
  ],
  ['with a name that nobody reads', { ...ours, topic: 'x' }, 400, 'malformed-body'],
])('a registration %s is refused', async (_name, body, status, code) => {
  await using it = await setup();
  expect(await it.post(body)).toMatchObject({ status, body: { code } });
  expect(await it.sql`select from events`).toHaveLength(0);
});

test('an identify from outside registers nothing, whatever it says of itself', async () => {
  await using it = await setup();
  const { accept } = routingOver(it.sql, []);
  await accept({ kind: 'identify', anonymousId: 'a1', context: { pushSubscription: subscription() } });
  await it.route();
  expect(await it.endpointsOf('a1')).toEqual([]);
});

test('pages get the key and the scripts; without a key there is no push', async () => {
  await using it = await setup();
  expect(await it.get('/v1/push/key?writeKey=write-of-test', {})).toMatchObject({
    status: 200,
    body: { publicKey },
  });
  expect((await it.get('/v1/push/key', {})).status).toBe(401);
  for (const script of ['/v1/push.js', '/v1/push-worker.js']) {
    const { status, headers } = await it.get(script, {});
    expect([status, headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
  }
  await using without = await setup({});
  expect((await without.get('/v1/push/key')).status).toBe(404);
  expect(await without.post(ours)).toMatchObject({ status: 404, body: { code: 'not-found' } });
});
