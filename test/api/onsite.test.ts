import { connect, createServer } from 'node:net';
import { Script } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { ApiDeps } from '../../api/deps.ts';
import { connect as openDatabase } from '../../src/db/connect.ts';
import { findCustomer } from '../../src/db/queries/find-customer.ts';
import { openOnsiteStream } from '../../src/db/queries/onsite-streams.ts';
import { onsiteChannel, placeOnsite } from '../../src/db/queries/onsite-place.ts';
import { deliveries } from '../../src/db/schema/index.ts';
import { bounds, type Bounds } from '../../src/domain/bounds.ts';
import { freePort } from '../../src/embedded/free-port.ts';
import { newId } from '../../src/ids.ts';
import { admin, testApi, write } from '../support/api.ts';
import { emptiedDatabase } from '../support/emptied-database.ts';
import { eventually } from '../support/eventually.ts';
import { listeningPage } from '../support/listening-page.ts';
import { routingOver } from '../support/routing.ts';

const database = emptiedDatabase();
const a1 = { anonymousId: 'a1' };

async function setup(limits: Partial<Bounds> = {}, more: Partial<ApiDeps> = {}) {
  const opened = await database();
  const { sql, db } = opened;
  const routing = routingOver(sql, []);
  const { clock } = routing;
  const given = { database: opened, clock, onsiteLimits: { ...bounds, ...limits }, ...more };
  const api = await testApi(given);
  const customer = async (id: string) => (await findCustomer(sql, id))!;
  return {
    ...{ sql, api, clock, given, routing, databaseUrl: opened.url },
    customer,
    page: (anonymousId = 'a1', url = api.url) => listeningPage(url, anonymousId),
    /** A message for whoever has this id, as the channel places it: for somebody who was there a moment ago. */
    async place(title: string, id = 'a1') {
      const [deliveryId, at] = [newId(clock), clock.now()];
      await openOnsiteStream(sql, { id: newId(clock), anonymousId: 'a1', openedAt: at, thereUntil: at });
      await db.insert(deliveries).values({
        ...{ id: deliveryId, runId: newId(clock), customerId: await customer(id), name: 'j' },
        ...{ message: 'm', nth: 1, purpose: 'help' as const, channel: 'onsite', state: 'accepted' as const },
        ...{ verdicts: [], at },
      });
      const content = { title, text: `Of ${title}.` };
      const expiresAt = new Date(at.getTime() + bounds.onsiteMessageMs);
      await placeOnsite(sql, { messages: [{ deliveryId, content }], placedAt: at, expiresAt });
      return deliveryId;
    },
    say: (deliveryId: string, deed: string, anonymousId = 'a1') =>
      api.post(`/v1/onsite/${deliveryId}/${deed}`, { anonymousId }),
    async delivery(id: string) {
      const all = await db.select().from(deliveries);
      return all.find((row) => row.id === id)!;
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await opened[Symbol.asyncDispose]();
    },
  };
}

describe('a page that listens', () => {
  test('is told what waits for its visitor, and what comes while it listens', async () => {
    await using it = await setup();
    await it.routing.acceptAndRoute({ name: 'x', ...a1 });
    await it.place('first');
    await using page = await it.page();
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(page.headers.get('access-control-allow-origin')).toBe('*');
    const id = await it.place('second');
    const messages = await page.shows('first', 'second');
    expect(messages[1]).toEqual({ id, title: 'second', text: 'Of second.', shown: false });
    const { body } = await it.api.get('/v1/onsite/pending?anonymousId=a1&writeKey=write-of-test', {});
    expect(body).toEqual({ items: messages, cursor: null });
  });

  test('is told by whichever process holds its stream, each of them once', async () => {
    await using it = await setup();
    await using other = await testApi(it.given);
    await it.routing.acceptAndRoute({ name: 'x', ...a1 }, { name: 'x', anonymousId: 'a2' });
    await using here = await it.page();
    await using there = await it.page('a1', other.url);
    await using stranger = await it.page('a2', other.url);
    await it.place('one');
    await Promise.all([here.shows('one'), there.shows('one')]);
    await it.place('two');
    await Promise.all([here.shows('one', 'two'), there.shows('one', 'two')]);
    expect(there.lists.slice(-2)).toEqual([['one'], ['one', 'two']]);
    expect(stranger.lists).toEqual([[]]);
  });

  test('misses nothing that is placed while it comes, and is told nothing twice', async () => {
    await using it = await setup();
    await it.routing.acceptAndRoute({ name: 'x', ...a1 });
    for (let round = 0; round < 10; round += 1) {
      const [page] = await Promise.all([it.page(), it.place(`m${round}`)]);
      await page.shows(`m${round}`);
      await page[Symbol.asyncDispose]();
      expect(page.lists.filter((titles) => titles.length > 0)).toEqual([[`m${round}`]]);
      await it.sql`truncate onsite_messages`;
    }
  });

  test('of a visitor whom nobody knows is told nothing, and follows when they become somebody', async () => {
    await using it = await setup();
    await it.routing.acceptAndRoute({ name: 'x', userId: 'u1' });
    await it.place('for the user', 'u1');
    await using page = await it.page();
    await page.shows();
    await it.routing.acceptAndRoute({ name: 'x', ...a1 }, { name: 'x', ...a1, userId: 'u1' });
    await it.place('and another', 'u1');
    await page.shows('for the user', 'and another');
  });

  test('shows nothing of the user before on a device that several share', async () => {
    await using it = await setup({ onsiteBeatMs: 50 });
    await it.routing.acceptAndRoute({ name: 'x', ...a1, userId: 'u1' });
    const id = await it.place('for the first', 'u1');
    await using page = await it.page();
    await page.shows('for the first');
    await it.routing.acceptAndRoute({ name: 'x', ...a1, userId: 'u2' });
    await page.shows();
    expect((await it.say(id, 'shown')).body.code).toBe('unknown-delivery');
    await it.place('for the second', 'u2');
    await page.shows('for the second');
    await using fresh = await it.page('a-after-logging-out');
    await fresh.shows();
  });

  test('loses what was shown to a customer who is erased, and its stream; it comes back as nobody', async () => {
    await using it = await setup({ onsiteBeatMs: 50 });
    await it.routing.acceptAndRoute({ name: 'x', ...a1 });
    await it.place('one');
    await using page = await it.page();
    await page.shows('one');
    await it.routing.acceptAndRoute({ kind: 'erasure', admin: true, ...a1 });
    await page.ended;
    await using again = await it.page();
    await again.shows();
  });
});

describe('what a page says', () => {
  test('shown delivers; said again, or late, it changes nothing', async () => {
    await using it = await setup();
    await it.routing.acceptAndRoute({ name: 'x', ...a1 });
    const id = await it.place('one');
    expect(await it.say(id, 'shown')).toMatchObject({ status: 200, body: { success: true } });
    await it.say(id, 'shown');
    const row = await it.delivery(id);
    expect(row).toMatchObject({ state: 'delivered', clickedAt: null });
    expect(row.verdicts.map(({ words }) => words)).toEqual(['delivered: it was shown on the page']);
    await using page = await it.page();
    expect(await page.shows('one')).toMatchObject([{ id, shown: true }]);
  });

  test('a click is kept beside the delivery and takes the message from every page of the visitor', async () => {
    await using it = await setup();
    await it.routing.acceptAndRoute({ name: 'x', ...a1 });
    const id = await it.place('one');
    await using page = await it.page();
    await page.shows('one');
    await it.say(id, 'clicked');
    await page.shows();
    expect(await it.delivery(id)).toMatchObject({ state: 'delivered', clickedAt: it.clock.now() });
  });

  test('so does closing it, which is a word in the story', async () => {
    await using it = await setup();
    await it.routing.acceptAndRoute({ name: 'x', ...a1 });
    const [id] = [await it.place('one'), await it.place('two')];
    await using page = await it.page();
    await page.shows('one', 'two');
    await Promise.all([it.say(id, 'dismissed'), it.say(id, 'dismissed'), it.say(id, 'shown')]);
    await page.shows('two');
    const { verdicts } = await it.delivery(id);
    expect(verdicts.map(({ words }) => words).sort()).toEqual([
      'delivered: it was shown on the page',
      'delivered: the visitor closed it',
    ]);
  });

  test('of another’s message, or of none, is refused alike', async () => {
    await using it = await setup();
    await it.routing.acceptAndRoute({ name: 'x', ...a1 }, { name: 'x', anonymousId: 'a2' });
    const id = await it.place('one');
    for (const [which, who] of [
      [id, 'a2'],
      [id, 'nobody'],
      [newId(it.clock), 'a1'],
      ['no-id', 'a1'],
    ] as const) {
      expect((await it.say(which, 'dismissed', who)).body.code).toBe('unknown-delivery');
    }
    expect(await it.delivery(id)).toMatchObject({ state: 'accepted', verdicts: [] });
    const noId = await it.api.post(`/v1/onsite/${id}/shown`, { userId: 'u1' });
    expect(noId.body).toMatchObject({ code: 'malformed-body' });
    expect((await it.say(id, 'shown', 'a\0')).body.code).toBe('malformed-body');
    const noKey = await it.api.post(`/v1/onsite/${id}/shown`, a1, {});
    expect(noKey.body.code).toBe('missing-key');
    // As a page says it while it is left, without asking first whether it may.
    const said = await it.api.post(
      `/v1/onsite/${id}/shown`,
      { ...a1, writeKey: 'write-of-test' },
      { 'content-type': 'text/plain' },
    );
    expect(said.status).toBe(200);
    const inQuery = `/v1/onsite/${id}/clicked?anonymousId=a1&writeKey=write-of-test`;
    expect((await it.api.post(inQuery, '', {})).status).toBe(200);
    expect((await it.api.post(`/v1/onsite/${id}/clicked`, { ...a1, page: '/' })).status).toBe(200);
    expect((await it.api.post(`/v1/onsite/${id}/clicked`, '', {})).body.code).toBe('missing-key');
  });

  test('beside a merge neither waits for ever nor fails', async () => {
    await using it = await setup();
    await it.routing.acceptAndRoute({ name: 'x', ...a1 }, { name: 'x', userId: 'u1' });
    const ids = await Promise.all(Array.from({ length: 5 }, (_, n) => it.place(`m${n}`)));
    await it.routing.accept({ name: 'x', ...a1, userId: 'u1' });
    const said = ids.flatMap((id) => ['shown', 'clicked'].map((deed) => it.say(id, deed)));
    const [routed, ...answers] = await Promise.all([it.routing.route(), ...said]);
    expect(routed).toMatchObject({ kind: 'routed' });
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const owners = await it.sql`select distinct customer_id as id from onsite_messages`;
    expect(owners).toEqual([{ id: await it.customer('u1') }]);
  });
});

describe('who may listen', () => {
  test('only by a browser’s id, with a key; never by a user', async () => {
    await using it = await setup();
    for (const path of ['/v1/onsite', '/v1/onsite/pending']) {
      expect((await it.api.get(`${path}?anonymousId=a1`, {})).body.code).toBe('missing-key');
      expect((await it.api.get(`${path}?anonymousId=a1&writeKey=no`, {})).body.code).toBe('unknown-key');
      expect((await it.api.get(path, write)).body.code).toBe('malformed-query');
      for (const query of ['userId=u1', 'anonymousId=a1&userId=u1'])
        expect((await it.api.get(`${path}?${query}`, write)).body.code).toBe('wrong-key');
    }
    expect((await it.api.get('/v1/onsite?userId=u1', admin)).body.code).toBe('malformed-query');
    expect((await it.api.get('/v1/onsite/pending?userId=u1', admin)).body.code).toBe('unknown-customer');
    await it.routing.acceptAndRoute({ name: 'x', ...a1, userId: 'u1' });
    const id = await it.place('one');
    expect((await it.api.get('/v1/onsite/pending?userId=u1', admin)).body.items).toMatchObject([{ id }]);
    expect((await it.api.get('/v1/onsite/pending?anonymousId=a1&_=17', write)).body.items).toHaveLength(1);
    const preflight = await fetch(`${it.api.url}/v1/onsite/x/shown`, { method: 'OPTIONS' });
    expect(preflight.status).toBe(204);
    const head = await fetch(`${it.api.url}/v1/onsite?anonymousId=a1`, { method: 'HEAD', headers: write });
    expect(head.status).toBe(200);
  });

  test('as many as there is room for, of all and of one visitor; the others are told when to come back', async () => {
    await using it = await setup({ onsiteStreams: 3, onsiteStreamsPerVisitor: 2 });
    await using _one = await it.page();
    const two = await it.page();
    await using third = await it.page();
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '1']);
    await using _other = await it.page('a2');
    await using full = await it.page('a3');
    expect([full.status, full.headers.get('retry-after')]).toEqual([503, '2']);
    await two[Symbol.asyncDispose]();
    const again = await eventually('room', async () => {
      const page = await it.page('a3');
      return page.status === 200 && page;
    });
    await again[Symbol.asyncDispose]();
  });
});

describe('the life of a stream', () => {
  test('says that it is there, and that its visitor is; leaving is seen within moments', async () => {
    await using it = await setup({ onsiteBeatMs: 20 });
    const page = await it.page();
    const there = async () => {
      const [row] = await it.sql<{ until: Date }[]>`select there_until as until from onsite_streams`;
      return row!.until.getTime() - it.clock.now().getTime();
    };
    expect(await there()).toBe(bounds.onsiteThereMs);
    it.routing.moveTo('2026-05-01T12:01:00.000Z');
    await eventually('a beat', async () => (await there()) === bounds.onsiteThereMs);
    await eventually('a sign of life', () => page.text().includes(': here\n\n'));
    await page[Symbol.asyncDispose]();
    await eventually('the leaving', async () => (await there()) === bounds.onsiteLeavingMs);
  });

  test('ends after its time, and when its process stops', async () => {
    const stopping = new AbortController();
    await using it = await setup({ onsiteBeatMs: 20 }, { stopping: stopping.signal });
    await using page = await it.page();
    it.routing.moveTo('2026-05-01T12:03:00.000Z');
    await page.ended;
    await using another = await it.page();
    await another.shows();
    stopping.abort();
    await another.ended;
    await using refused = await it.page();
    expect(refused.status).toBe(503);
  });

  test('goes on when its connection to the database was lost: nothing placed meanwhile is missed', async () => {
    await using it = await setup();
    await it.routing.acceptAndRoute({ name: 'x', ...a1 });
    await using page = await it.page();
    await page.shows();
    await it.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query ilike 'listen%kairos_onsite%'`;
    await it.place('one');
    await page.shows('one');
    await it.place('two');
    await page.shows('one', 'two');
  });

  test('cannot begin while the database is away, and does when it is back', async () => {
    await using it = await setup();
    await it.routing.acceptAndRoute({ name: 'x', ...a1 });
    const there = new URL(it.databaseUrl);
    const line = createServer((from) => {
      const to = connect(Number(there.port), there.hostname);
      from.on('error', () => to.destroy()).pipe(to);
      to.on('error', () => from.destroy()).pipe(from);
    });
    // One that stays free meanwhile: not of those that systems give to outgoing connections.
    const port = await freePort();
    const away = openDatabase(
      Object.assign(new URL(there), { hostname: '127.0.0.1', port: String(port) }).href,
    );
    await using api = await testApi({ ...it.given, database: away });
    for (let n = 0; n < 3; n += 1) expect((await it.page('a1', api.url)).status).toBe(503);
    await new Promise<void>((listening) => line.listen(port, '127.0.0.1', listening));
    const page = await eventually('the database', async () => {
      const come = await it.page('a1', api.url);
      return come.status === 200 && come;
    });
    await it.place('one');
    await page.shows('one');
    await page[Symbol.asyncDispose]();
    await away.end();
    line.close();
  });

  test('is cut off when nobody reads it, and makes room', async () => {
    await using it = await setup({ onsiteStreams: 1 });
    await it.routing.acceptAndRoute({ name: 'x', ...a1 });
    for (let n = 0; n < bounds.onsiteMessages; n += 1) await it.place(`m${n}`);
    const { port } = new URL(it.api.url);
    const deaf = connect(Number(port), '127.0.0.1').pause();
    deaf.on('error', () => deaf.destroy());
    deaf.write('GET /v1/onsite?anonymousId=a1&writeKey=write-of-test HTTP/1.1\r\nHost: kairos\r\n\r\n');
    await eventually('the stream', async () => {
      const there = await it.sql`select from onsite_streams where there_until > ${it.clock.now()}`;
      return there.length === 1;
    });
    const customerId = await it.customer('a1');
    let round = 0;
    const again = await eventually('room', async () => {
      for (let n = 0; n < 20; n += 1) {
        const more = it.sql.json({ text: `${'x'.repeat(2_000)} ${(round += 1)}` });
        await it.sql`update onsite_messages set content = content || ${more}`;
        await it.sql`select pg_notify(${onsiteChannel}, ${customerId})`;
      }
      const page = await it.page('a2');
      return page.status === 200 && page;
    });
    await again[Symbol.asyncDispose]();
    deaf.destroy();
  });

  test('a visit that is over leaves nothing for the next', async () => {
    await using it = await setup();
    await it.routing.acceptAndRoute({ name: 'x', ...a1 });
    const page = await it.page();
    const id = await it.place('one');
    await page.shows('one');
    await page[Symbol.asyncDispose]();
    const leaving = new Date(it.clock.now().getTime() + bounds.onsiteLeavingMs);
    await eventually('the leaving', async () => {
      const left = await it.sql`select from onsite_streams where there_until = ${leaving}`;
      return left.length > 0;
    });
    it.routing.moveTo('2026-05-01T12:10:00.000Z');
    await using next = await it.page();
    await next.shows();
    expect(await it.delivery(id)).toMatchObject({ state: 'failed', providerCode: 'not-shown' });
  });
});

test('the script is small, plain, and for any page to load', async () => {
  await using it = await setup();
  const { status, headers, body } = await it.api.get('/v1/onsite.js', {});
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
  const script = String(body['text']);
  expect(Buffer.byteLength(script)).toBeLessThan(5_120);
  expect(script).not.toMatch(
    /innerHTML|insertAdjacentHTML|outerHTML|document\.write|eval\(|new Function|cookie/,
  );
  expect(() => new Script(script)).not.toThrow();
});
