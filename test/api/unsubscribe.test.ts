import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { consents, customerIds, customers, deliveries } from '../../src/db/schema/index.ts';
import { addressHash } from '../../src/domain/address-hash.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { wayOutToken, type WayOut } from '../../src/domain/way-out.ts';
import { newId } from '../../src/ids.ts';
import { testApi, testSecret } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';

const oneClick = 'List-Unsubscribe=One-Click';

async function setup() {
  let nowMs = Date.parse('2026-03-01T00:00:00Z');
  const clock = createClock(realTime, () => (nowMs += 1_000));
  const database = await testDatabase();
  const { sql, db } = database;
  const api = await testApi({ database, clock });
  const [customerId, deliveryId, at] = [newId(clock), newId(clock), clock.now()];
  const trait = (value: string) => ({ value, origin: 'stated' as const, at: at.toISOString() });
  const traits = { email: trait('Ada@example.test'), phone: trait('+14155550123') };
  await db.insert(customers).values({ id: customerId, armKey: 'k', traits, createdAt: at });
  await db.insert(customerIds).values({ kind: 'user', externalId: 'u1', customerId, at });
  for (const channel of ['email', 'sms']) {
    await db
      .insert(consents)
      .values({ id: newId(clock), customerId, channel, state: 'granted', source: 'form', at });
  }
  const row = { runId: newId(clock), customerId, name: 'cart', message: 'nudge', purpose: 'help' as const };
  await db.insert(deliveries).values({ ...row, id: deliveryId, state: 'accepted', verdicts: [], at });
  const way: WayOut = {
    ...{ customerId, deliveryId, channel: 'email', topic: '' },
    addressHash: addressHash('ada@example.test', testSecret),
  };
  const pathOf = (over: Partial<WayOut> = {}) => `/u/${wayOutToken({ ...way, ...over }, testSecret)}`;
  const post = (path: string, body: string, type = 'application/x-www-form-urlencoded') =>
    api.post(path, body, { 'content-type': type });
  return {
    ...{ sql, api, customerId, way, pathOf, post, clock },
    page: async (path = pathOf()) => (await api.get(path, {})).body['text'] as string,
    /** What is ticked on the page. */
    ticked: async (path = pathOf()) => {
      const page = (await api.get(path, {})).body['text'] as string;
      return [...page.matchAll(/name="on" value="([^"]+)" checked/g)].map(([, name]) => name);
    },
    suppressed: () =>
      sql`select channel, reason, source, lifted_at is not null as lifted from suppressions order by channel`,
    words: () =>
      sql`select channel, topic, state, source, wording from consents where source <> 'form' order by at, channel`,
    everything: () =>
      sql`select (select jsonb_agg(c) from consents c) as c, (select jsonb_agg(s) from suppressions s) as s,
        (select jsonb_agg(d) from deliveries d) as d`,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('one click suppresses help and offers at the address, without a cookie or a redirect, however often', async () => {
  await using it = await setup();
  const first = await it.post(it.pathOf(), oneClick);
  expect(first.status).toBe(200);
  const [{ at }] = (await it.sql`select unsubscribed_at as at from deliveries`) as unknown as [{ at: Date }];
  expect(at).toBeInstanceOf(Date);
  const multipart = `--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n`;
  expect((await it.post(it.pathOf(), multipart, 'multipart/form-data; boundary=b')).status).toBe(200);
  expect(await it.suppressed()).toEqual([
    { channel: 'email', reason: 'unsubscribed', source: 'one-click', lifted: false },
  ]);
  // It is the person's word as well: whoever gives another address later is not written to there either.
  expect(await it.words()).toMatchObject([
    { channel: 'email', topic: '', state: 'denied', source: 'one-click' },
  ]);
  expect((await it.sql`select unsubscribed_at as at from deliveries`)[0]).toEqual({ at });
  expect(await it.ticked()).toEqual(['sms', 'onsite']);
  const customer = async () => (await it.api.get('/v1/customers/u1')).body;
  expect(await customer()).toMatchObject({
    consents: { email: { state: 'denied', source: 'one-click' } },
    suppressed: [{ channel: 'email', reason: 'unsubscribed' }],
  });
  await it.api.put('/v1/customers/u1/consents', { consents: { email: 'granted' }, source: 'call' });
  expect(await customer()).toMatchObject({ suppressed: [] });
});

test('a click refuses with the channel what was agreed to of it since a click before, at every address to come', async () => {
  await using it = await setup();
  await it.post(it.pathOf(), oneClick);
  const agreed = { consents: { 'email:new-arrivals': 'granted' }, source: 'call' };
  await it.api.put('/v1/customers/u1/consents', agreed);
  const holds = async () =>
    (await it.api.get('/v1/customers/u1')).body['consents'] as Record<string, { state: string }>;
  expect((await holds())['email:new-arrivals']!.state).toBe('granted');
  await it.post(it.pathOf(), oneClick);
  expect((await holds())['email:new-arrivals']!.state).toBe('denied');
});

test('of a message with a topic the click refuses the topic', async () => {
  await using it = await setup();
  const path = it.pathOf({ topic: 'new-arrivals' });
  expect(await it.ticked(path)).toContain('email:new-arrivals');
  await it.post(path, oneClick);
  await it.post(path, oneClick);
  expect(await it.words()).toEqual([
    {
      ...{ channel: 'email', topic: 'new-arrivals', state: 'denied', source: 'one-click' },
      wording: 'New arrivals by e-mail',
    },
  ]);
  expect(await it.suppressed()).toEqual([]);
  expect(await it.ticked(path)).toEqual(['email', 'sms', 'onsite']);
});

test('opening the link changes nothing, and the page needs neither script nor anybody else', async () => {
  await using it = await setup();
  const before = await it.everything();
  const { status, headers } = await it.api.get(it.pathOf(), {});
  expect(status).toBe(200);
  const page = await it.page();
  expect(await it.everything()).toEqual(before);
  expect(page).not.toMatch(/<script|https?:\/\/|@example|4155550123/i);
  expect(page).toContain('<meta name="robots" content="noindex');
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
  expect(headers.get('x-robots-tag')).toContain('noindex');
  expect(await it.ticked()).toEqual(['email', 'sms', 'onsite']);
});

test('a link that was forged, cut or made elsewhere leads nowhere and changes nothing', async () => {
  await using it = await setup();
  const before = await it.everything();
  const forged = it.pathOf().replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  const ofAnotherHome = `/u/${wayOutToken(it.way, 'secret of another home')}`;
  for (const path of [forged, ofAnotherHome, it.pathOf().slice(0, -3), '/u/x', `/u/${'A'.repeat(300)}`]) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fetch(`${it.api.url}${path}`, { method: 'POST', headers, body: oneClick });
    expect(answer.status).toBe(404);
    expect((await it.api.get(path, {})).status).toBe(404);
  }
  expect((await it.post(it.pathOf(), 'hello=1')).status).toBe(400);
  expect(await it.everything()).toEqual(before);
});

test('what scans mails opens links as it likes, by any agent, and posts nothing: no address is left out by it', async () => {
  await using it = await setup();
  const before = await it.everything();
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']) {
    const answer = await fetch(`${it.api.url}${it.pathOf()}?List-Unsubscribe=One-Click&action=stop`, {
      method,
    });
    expect([method, answer.status]).toEqual([method, method === 'GET' || method === 'HEAD' ? 200 : 405]);
    if (method === 'HEAD') expect(await answer.text()).toBe('');
  }
  for (const body of ['', 'List-Unsubscribe=Two-Clicks', 'action=', 'list-unsubscribe=one-click', '\u0000'])
    expect((await it.post(it.pathOf(), body)).body).toMatchObject({ status: 400, code: 'malformed-body' });
  expect((await it.post(it.pathOf(), 'x', 'multipart/form-data')).body.code).toBe('malformed-body');
  expect(await it.everything()).toEqual(before);
});

test('one click counts in whatever charset and kind of form it comes, with what else stands beside it', async () => {
  for (const [body, type] of [
    [oneClick, 'application/x-www-form-urlencoded; charset=ISO-8859-1'],
    [`${oneClick}&on=%E9%FF`, 'application/x-www-form-urlencoded;charset=utf-8'],
    [oneClick, 'text/plain'],
  ] as const) {
    await using it = await setup();
    expect((await it.post(it.pathOf(), body, type)).status).toBe(200);
    expect(await it.suppressed()).toMatchObject([{ channel: 'email', reason: 'unsubscribed' }]);
  }
});

test('clicks at the same instant are one', async () => {
  await using it = await setup();
  const answers = await Promise.all(Array.from({ length: 8 }, () => it.post(it.pathOf(), oneClick)));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
  expect(await it.suppressed()).toHaveLength(1);
});

test('who leaves a channel but for a topic keeps the topic', async () => {
  await using it = await setup();
  const path = it.pathOf({ topic: 'new-arrivals' });
  await it.post(path, 'shown=email&shown=email:new-arrivals&on=email:new-arrivals&action=save');
  expect(await it.ticked(path)).toEqual(['email:new-arrivals', 'sms', 'onsite']);
  await it.post(path, 'shown=email&shown=email:new-arrivals&action=save');
  expect(await it.ticked(path)).toEqual(['sms', 'onsite']);
});

test('what is chosen is kept with the words that were shown, and can be chosen again', async () => {
  await using it = await setup();
  const shown = 'shown=email&shown=sms&shown=onsite&action=save';
  await it.post(it.pathOf(), `${shown}&on=sms`);
  expect(await it.ticked()).toEqual(['sms']);
  expect(await it.suppressed()).toMatchObject([
    { channel: 'email', reason: 'unsubscribed', source: 'preferences' },
  ]);
  expect(await it.words()).toMatchObject([
    { channel: 'email', topic: '', state: 'denied', source: 'preferences' },
    { channel: 'onsite', topic: '', state: 'denied', source: 'preferences' },
  ]);
  await it.post(it.pathOf(), `${shown}&on=sms&on=email&on=onsite`);
  expect(await it.ticked()).toEqual(['email', 'sms', 'onsite']);
  expect(await it.suppressed()).toMatchObject([{ channel: 'email', lifted: true }]);
  expect((await it.words()).slice(2)).toMatchObject([
    { channel: 'email', state: 'granted', wording: 'Tips, reminders and offers by e-mail' },
    { channel: 'onsite', state: 'granted' },
  ]);
  const words = await it.words();
  await it.post(it.pathOf(), `${shown}&on=sms&on=email&on=onsite`);
  expect(await it.words(), 'what did not change is not said again').toEqual(words);
});

test('everything can be stopped at once, and what nobody can undo there is said', async () => {
  await using it = await setup();
  await it.sql`
    insert into suppressions (id, channel, address_hash, reason, source, at)
    values (gen_random_uuid(), 'sms', ${addressHash('+14155550123', testSecret)}, 'stopped', 'twilio', ${it.clock.now()})`;
  expect(await it.page()).toMatch(/value="sms" disabled>.*Reply START/);
  await it.post(it.pathOf(), 'action=stop');
  expect(await it.ticked()).toEqual([]);
  expect(await it.suppressed()).toMatchObject([
    { channel: 'email', reason: 'unsubscribed' },
    { channel: 'sms' },
    { channel: 'sms' },
  ]);
});

test('who was joined to another leaves as that one; the address that the mail went to is left as well', async () => {
  await using it = await setup();
  const survivor = newId(it.clock);
  const trait = { value: 'new@example.test', origin: 'stated', at: '2026-03-01T00:00:00Z' };
  await it.sql`insert into customers (id, arm_key, traits, created_at)
    values (${survivor}, 'k2', ${it.sql.json({ email: trait })}, ${it.clock.now()})`;
  await it.sql`update customers set merged_into = ${survivor} where id = ${it.customerId}`;
  await it.post(it.pathOf(), oneClick);
  const hashes = ['ada@example.test', 'new@example.test'].map((address) => addressHash(address, testSecret));
  const rows = await it.sql`select address_hash as hash from suppressions where channel = 'email'`;
  expect(rows.map(({ hash }) => hash as string).sort()).toEqual(hashes.sort());
  await it.post(it.pathOf({ topic: 'sale' }), oneClick);
  const [said] = await it.sql`select customer_id as id from consents where topic = 'sale'`;
  expect(said).toEqual({ id: survivor });
});

test('who was erased is answered kindly, and only the address is left out from then on', async () => {
  await using it = await setup();
  await it.sql`delete from consents`;
  await it.sql`update customers set erased_at = ${it.clock.now()}, traits = '{}'`;
  expect(await it.page()).toContain('You are not on our lists');
  expect((await it.post(it.pathOf({ topic: 'sale' }), oneClick)).status).toBe(200);
  expect(await it.suppressed()).toMatchObject([{ channel: 'email', reason: 'unsubscribed' }]);
  expect((await it.post(it.pathOf(), oneClick)).status).toBe(200);
  expect(await it.suppressed()).toMatchObject([{ channel: 'email', reason: 'unsubscribed' }]);
  expect(await it.words()).toEqual([]);
});
