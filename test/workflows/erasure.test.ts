import { WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CallOutcome } from '../../activities/channels/channel.ts';
import { createLog } from '../../src/log.ts';
import { admin, testApi, type TestApi } from '../support/api.ts';
import { bundleFixtures } from '../support/bundle-fixtures.ts';
import { devServer } from '../support/dev-server.ts';
import { eventually } from '../support/eventually.ts';
import { whereFound } from '../support/every-table.ts';
import { kairosOn, known, workerLog, type KairosOn } from '../support/kairos-on.ts';
import { foundInTemporal } from '../support/temporal-payloads.ts';
import * as lasting from './fixtures/lasting.ts';

let temporal: Awaited<ReturnType<typeof devServer>>;
let it: KairosOn;
let api: TestApi;
const lines: string[] = [];
/** Ends the call that is under way. */
let answer: (outcome: CallOutcome) => void = () => {};

/** What a person can write, wherever they can: each is nowhere else. */
const mark = {
  ...{ user: 'mk-user-01', visitor: 'mk-visitor-02', email: 'mk.email03@marker.test', phone: '+14155550199' },
  ...{ name: 'mk name 04', nested: 'mk nested 05', property: 'mk property 06', context: 'mk context 07' },
  ...{ page: 'https://s.test/mk-page-08', group: 'mk-group-09', groupTrait: 'mk group trait 10' },
  ...{ wording: 'mk wording 11', flying: 'mk-cart-12', refused: 'mk-cart-13', asleep: 'mk-cart-14' },
  ...{ over: 'mk-cart-15', order: 'mk-order-16', rejected: 'mk rejected 17', broken: 'mk broken 18' },
  ...{
    poison: 'mk poison 19',
    unrouted: 'mk unrouted 20',
    provider: 'mk provider 21',
    stated: 'mk stated 22',
  },
  ...{ source: 'mk source 23', old: 'mk-old-user-24', coupon: 'mk coupon 25' },
  ...{ waited: 'mk-sku-26', browser: 'mk-endpoint-27', shown: 'mk shown 28', imported: 'mk imported 29' },
};
const everywhere = Object.values(mark);
/** Was given to them: it stays, so that nobody gets it again, and leads to nobody. */
const code = 'MK-CODE-30';

beforeAll(async () => {
  temporal = await devServer();
  const workflowBundle = await bundleFixtures('lasting.ts');
  const to = { write: (line: string) => void lines.push(line) };
  it = await kairosOn(temporal.address, {
    ...{ exported: lasting, workflowBundle, log: createLog('router', 'debug', to) },
    send: async () => {
      const [refused] =
        await it.sql`select from runs r join deliveries d on d.run_id = r.id where key = ${mark.refused}`;
      const detail = `there is no ${mark.provider} at ${mark.email}`;
      if (refused && (await it.sql`select from deliveries`).length === 1)
        return { kind: 'refused', code: '400', detail };
      return new Promise((resolve) => (answer = resolve));
    },
  });
  api = await testApi({ database: it.database, clock: it.clock, log: createLog('api', 'debug', to) });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await it[Symbol.asyncDispose]();
  await temporal[Symbol.asyncDispose]();
});

const both = { userId: mark.user, anonymousId: mark.visitor };
const hoursAgo = (hours: number) => new Date(it.clock.now().getTime() - hours * 3_600_000).toISOString();
const added = (cart: string, hours: number) => ({
  ...{ type: 'track', event: 'Product Added', ...both, timestamp: hoursAgo(hours) },
  properties: { cart_id: cart, product_id: 'p1', note: mark.property, coupon: mark.coupon },
});
const post = async (...batch: object[]) =>
  expect((await api.post('/v1/batch', { batch })).body).toMatchObject({ success: true });

async function aFullStory(): Promise<void> {
  await post(
    { type: 'identify', userId: mark.old, traits: { name: mark.old } },
    {
      ...{
        type: 'identify',
        ...both,
        context: { consent: { channels: { email: true } }, device: { id: mark.context } },
      },
      traits: {
        ...{ email: mark.email, phone: mark.phone, name: mark.name },
        ...{ address: { lines: [{ street: mark.nested }] }, stated: { wish: mark.stated } },
      },
    },
    {
      type: 'page',
      ...both,
      name: 'Home',
      properties: { url: mark.page },
      context: { page: { url: mark.page } },
    },
    { type: 'group', ...both, groupId: mark.group, traits: { name: mark.groupTrait } },
    added(mark.refused, 2),
  );
  await it.post({ kind: 'alias', userId: mark.user, previousId: mark.old, admin: true });
  const of = (key: string) => it.sql`select d.state, d.calling_at is not null as flying
    from deliveries d join runs r on r.id = d.run_id where r.key = ${key}`;
  await eventually('a refused message', async () => (await of(mark.refused))[0]?.['state'] === 'failed');
  await post(
    added(mark.flying, 2),
    added(mark.asleep, 0),
    added(mark.over, 0),
    {
      type: 'track',
      event: 'Order Completed',
      ...both,
      properties: { order_id: mark.order, cart_id: mark.over, total: 3 },
    },
    { type: 'track', userId: mark.user, properties: { why: mark.rejected } },
    { type: 'identify', userId: { of: mark.user }, traits: { email: mark.email, half: mark.broken } },
  );
  await it.post({
    kind: 'alias',
    userId: 'somebody-else',
    previousId: mark.user,
    context: { why: mark.poison },
  });
  const consents = { consents: { sms: 'denied' }, source: mark.source, wording: mark.wording };
  await api.put(`/v1/customers/${mark.user}/consents`, consents);
  await eventually('a message in flight', async () => (await of(mark.flying))[0]?.['flying'] === true);
  await api.post(
    '/v1/import/customers?name=crm',
    JSON.stringify({ userId: mark.user, traits: mark.imported }),
    admin,
  );
  await eventually('what was set aside', async () => (await it.sql`select from rejections`).length === 4);
  await it.settled();
  await besideEvents();
}

/** What is theirs by other ways than by their events. */
async function besideEvents(): Promise<void> {
  const [of] = await it.sql<{ id: string; delivery: string }[]>`
    select d.customer_id as id, d.id as delivery from deliveries d join runs r on r.id = d.run_id
    where r.key = ${mark.refused}`;
  const { id, delivery } = of!;
  const at = it.clock.now();
  await it.sql`
    insert into waiting_entries (id, list, customer_id, sku, since, state)
    values (gen_random_uuid(), 'lookers', ${id}, ${mark.waited}, ${at}, 'waiting')`;
  await it.sql`
    insert into push_subscriptions (id, customer_id, endpoint, keys, created_at)
    values (gen_random_uuid(), ${id}, ${`https://push.test/${mark.browser}`}, '{}', ${at})`;
  await it.sql`
    insert into onsite_streams (id, anonymous_id, opened_at, there_until)
    values (gen_random_uuid(), ${mark.visitor}, ${at}, ${at})`;
  const content = it.sql.json({ title: mark.shown, text: '' });
  await it.sql`
    insert into onsite_messages (delivery_id, customer_id, content, placed_at, expires_at)
    values (${delivery}, ${id}, ${content}, ${at}, ${at})`;
  await it.sql`
    insert into codes (pool, code, added_at, delivery_id, assigned_at)
    values ('spring', ${code}, ${at}, ${delivery}, ${at})`;
}

/** Keeps routers from routing until it is let go. */
async function holdRouting(): Promise<() => Promise<void>> {
  let letGo = () => {};
  let held = () => {};
  const isHeld = new Promise<void>((resolve) => (held = resolve));
  const ended = it.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(4702001)`;
    held();
    await new Promise<void>((resolve) => (letGo = resolve));
  });
  await isHeld;
  return async () => {
    letGo();
    await ended;
  };
}

test('nothing of an erased person is found in any table, log or history, whenever it came', async () => {
  await it.post(known('somebody-else'), {
    name: 'Product Added',
    userId: 'somebody-else',
    properties: { cart_id: 'cart-of-another' },
  });
  await aFullStory();
  const { body } = await api.get(`/v1/customers/${mark.user}`);
  const path = `/v1/customers/${body['id'] as string}`;
  const letGo = await holdRouting();
  await post({
    type: 'track',
    event: 'Product Added',
    userId: mark.user,
    properties: { cart_id: 'x', q: mark.unrouted },
  });
  // The search finds what is there: each of them, in tables, and the carts' ids in Temporal.
  expect((await whereFound(it.sql, everywhere)).map((found) => found.split(': ')[0])).toEqual(
    expect.arrayContaining(everywhere),
  );
  const carts = [mark.refused, mark.flying, mark.asleep, mark.over];
  await eventually('the runs in Temporal', async () => {
    const found = await foundInTemporal(it.client, [...everywhere, 'cart-of-another']);
    return found.length === carts.length && carts.every((cart) => cart === mark.over || found.includes(cart));
  });
  expect(await api.delete(path)).toMatchObject({ status: 202, body: { state: 'accepted' } });
  await letGo();
  await eventually('it took effect', async () => (await api.get(path)).status === 404);
  answer({ kind: 'accepted', providerId: mark.provider });
  await eventually('the last is gone', async () => (await api.delete(path)).body['state'] === 'forgotten');
  await eventually('the end of the message in flight', async () => {
    const [row] = await it.sql`select count(*)::int as n from deliveries where state = 'accepted'`;
    return row!['n'] === 1;
  });
  expect(await whereFound(it.sql, everywhere)).toEqual([]);
  expect(await whereFound(it.sql, ['cart-of-another'])).toHaveLength(1);
  expect(await whereFound(it.sql, [code])).toEqual([`${code}: codes`]);
  const given = await it.sql`
    select c.delivery_id is not null as given, d.id from codes c left join deliveries d on d.id = c.delivery_id`;
  expect(given).toEqual([{ given: true, id: null }]);
  await eventually('nothing in Temporal', async () => {
    const found = await foundInTemporal(it.client, [...everywhere, 'cart-of-another']).catch(ignoreGone);
    return found?.join() === 'cart-of-another';
  });
  const logged = [...lines, ...workerLog].join('\n');
  expect(logged).toContain('an event was set aside');
  expect(everywhere.filter((text) => logged.includes(text))).toEqual([]);
  expect(await it.sql`select state, reason from deliveries order by state`).toEqual([
    { state: 'accepted', reason: null },
    { state: 'failed', reason: null },
  ]);
});

/** Deleted between the list and the look. */
function ignoreGone(error: unknown): undefined {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}
