import { gzipSync } from 'node:zlib';
import { CloudEvent, emitterFor, HTTP, Mode, type Message } from 'cloudevents';
import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { admin, testApi, write } from '../support/api.ts';
import { cloudEvent, postEvents } from '../support/cloud-events.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';

const at = Date.parse('2026-05-01T12:00:00.000Z');

async function setup() {
  const database = await testDatabase();
  const api = await testApi({ database, clock: createClock(realTime, () => at) });
  return {
    database,
    api,
    post: (body: unknown, headers?: Record<string, string>) => postEvents(api, body, headers),
    /** The reasons why a lone event is refused. */
    async refused(more: Record<string, unknown>) {
      const { status, body } = await postEvents(api, cloudEvent(more));
      const [{ code, detail } = { code: 'none', detail: '' }] = body['rejected'] as Rejected[];
      expect([status, body.code]).toEqual([400, 'all-rejected']);
      expect(body.detail).toContain(detail);
      return [code, detail];
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

interface Rejected {
  index: number;
  code: string;
  detail: string;
}

async function stored({ sql }: TestDatabase) {
  return sql<Record<string, unknown>[]>`
    select message_id as id, kind, name, source, subject, body->'properties' as data, occurred_at as at, admin
    from events order by seq`;
}

test('a structured event is stored in the one order, and a repeat of it is a duplicate', async () => {
  await using s = await setup();
  const event = cloudEvent({ id: 'one', time: '2026-05-01T13:30:00.5+02:00', somebodysextension: 'x' });
  const first = await s.post(event);
  expect([first.status, first.body]).toEqual([202, { accepted: 1, duplicates: 0, rejected: [] }]);
  expect((await s.post(event)).body).toEqual({ accepted: 0, duplicates: 1, rejected: [] });
  // Another's event may have the same id; a customer's as well.
  expect((await s.post({ ...event, source: '/other' })).body).toMatchObject({ accepted: 1 });
  const track = { event: 'X', userId: 'u', messageId: 'one' };
  expect((await s.api.post('/v1/track', track)).status).toBe(200);
  const events = await stored(s.database);
  expect(events).toMatchObject([
    {
      id: 'one',
      kind: 'universal',
      name: 'stock.changed',
      source: '/shop/warehouse',
      subject: 'A1',
      data: { available: 3, location: '' },
      at: new Date('2026-05-01T11:30:00.500Z'),
    },
    { id: 'one', source: '/other' },
    { id: 'one', kind: 'track', source: null, subject: null },
  ]);
  const [{ unrouted } = { unrouted: 0 }] = await s.database.sql<{ unrouted: number }[]>`
    select count(*)::int as unrouted from unrouted`;
  expect(unrouted).toBe(3);
});

test('an event without a time is of now, and none is of the future', async () => {
  await using s = await setup();
  await s.post([cloudEvent(), cloudEvent({ time: null }), cloudEvent({ time: '2040-01-01T00:00:00Z' })]);
  expect((await stored(s.database)).map((event) => event['at'])).toEqual(Array(3).fill(new Date(at)));
});

test('a batch is accepted in its order, but for what is wrong with it', async () => {
  await using s = await setup();
  const batch = [
    cloudEvent({ id: 'z', data: { available: 3, location: ' ' } }),
    cloudEvent({ type: 'stock.change' }),
    cloudEvent({ id: 'a', type: 'price.changed', data: { price: 1500, currency: 'jpy' } }),
    'text',
    cloudEvent({ id: 'z' }),
    cloudEvent({
      id: 'w',
      type: 'weather.forecast',
      subject: 'berlin',
      data: { day: '2026-05-03', condition: 'snow' },
    }),
    cloudEvent({ filling: 'x'.repeat(33_000) }),
    cloudEvent({
      id: 'm',
      type: 'moment.occurred',
      subject: 'cup-final',
      data: { title: 'The final', regions: ['de'] },
    }),
    cloudEvent({ id: 'p', type: 'price.changed', data: { price: '19.99', currency: ' ' } }),
    cloudEvent({
      id: 'b',
      data: undefined,
      data_base64: Buffer.from('{"available":7,"location":"größe"}').toString('base64'),
    }),
  ];
  const answer = await s.post(batch, { 'content-type': 'application/cloudevents-batch+json; charset=UTF-8' });
  expect(answer.status).toBe(202);
  expect(answer.body).toMatchObject({
    accepted: 6,
    duplicates: 1,
    rejected: [
      {
        index: 1,
        code: 'unknown-type',
        detail:
          'type: expected one of stock.changed, price.changed, weather.forecast, moment.occurred, got "stock.change"; did you mean stock.changed?',
      },
      { index: 3, code: 'malformed-message', detail: 'Expected a CloudEvent as an object, got "text".' },
      { index: 6, code: 'too-large', detail: expect.stringContaining('32768') as string },
    ],
  });
  expect((await stored(s.database)).map(({ id, data }) => [id, data])).toEqual([
    ['z', { available: 3, location: '' }],
    ['a', { priceMinor: 1500, currency: 'JPY' }],
    ['w', { day: '2026-05-03', condition: 'snow', temperatureC: null }],
    ['m', { title: 'The final', categories: [], regions: ['de'] }],
    ['p', { priceMinor: 1999, currency: 'USD' }],
    ['b', { available: 7, location: 'größe' }],
  ]);
  const { body } = await s.api.get('/v1/rejections');
  expect(body.items).toMatchObject([
    { index: 6 },
    { index: 3, item: 'text' },
    { index: 1, code: 'unknown-type' },
  ]);
  expect((await s.post([])).body).toEqual({ accepted: 0, duplicates: 0, rejected: [] });
});

test('what is wrong with an event is named, with its place', async () => {
  await using s = await setup();
  const place = async (more: Record<string, unknown>) => (await s.refused(more))[1];
  expect(await place({ specversion: '0.3' })).toBe('specversion: expected "1.0", as a text, got "0.3"');
  expect(await place({ specversion: 1.0 })).toContain('got number 1');
  expect(await place({ id: '' })).toBe(
    'id: expected an id: a text of 1 to 255 characters in one line, got an empty string',
  );
  expect(await place({ id: 7, subject: undefined })).toMatch(/^id: .*got number 7; subject: .*got nothing$/);
  expect(await place({ id: 'a\nb' })).toContain('in one line');
  expect(await place({ source: 'two words' })).toMatch(
    /^source: expected a URI-reference .*got "two words"$/,
  );
  expect(await place({ source: 'kairos:products' })).toContain('a source of your own');
  expect(await place({ subject: null })).toMatch(/^subject: .*got null$/);
  expect(await place({ time: '2026-05-01' })).toMatch(
    /^time: expected a time of RFC 3339.*got "2026-05-01"$/,
  );
  expect(await place({ time: '2026-02-30T00:00:00Z' })).toMatch(/^time: /);
  expect(await place({ time: '1969-12-31T00:00:00Z' })).toContain('since 1970');
  expect(await place({ data: { available: -1 } })).toBe(
    'data.available: expected units: an integer from 0 to 1000000000, got number -1',
  );
  expect(await place({ data: { available: 1.5 } })).toMatch(/^data\.available: /);
  expect(await place({ data: { available: '3' } })).toMatch(/^data\.available: .*got "3"$/);
  expect(await place({ data: undefined })).toBe('data: a stock.changed says in it what is, got nothing.');
  expect(await place({ data: null })).toBe('data: expected an object such as {"available":3}, got null');
  for (const bytes of ['AA==', '{}', 7, Buffer.from('{').toString('base64'), '/w==']) {
    expect(await place({ data: undefined, data_base64: bytes })).toMatch(
      /^data_base64: expected JSON in UTF-8 as base64/,
    );
  }
  expect(await place({ data_base64: 'e30=' })).toBe('data_base64: expected either this or `data`, got both.');
  expect(await place({ datacontenttype: 'application/xml', data: '<a/>' })).toMatch(
    /^datacontenttype: expected JSON/,
  );
  const price = (data: object) => place({ type: 'price.changed', data });
  expect(await price({ price: -1 })).toMatch(/^data\.price: expected an amount/);
  expect(await price({ price: '1,99' })).toMatch(/^data\.price: expected an amount/);
  expect(await price({ price: 1e300 })).toMatch(/^data\.price: expected an amount/);
  expect(await price({ price: 1, currency: 'XQX' })).toMatch(
    /^data\.currency: expected a code of ISO 4217.*"XQX"/,
  );
  expect(await place({ type: 'weather.forecast', data: { day: '2026-02-30', condition: 'snow' } })).toMatch(
    /^data\.day: expected a day, such as "2026-05-01", got "2026-02-30"$/,
  );
  expect(await place({ type: 'moment.occurred', data: { title: 'x', categories: ['a', ''] } })).toMatch(
    /^data\.categories\[1\]: /,
  );
  expect(await s.refused({ type: 'zzz' })).toEqual([
    'unknown-type',
    'type: expected one of stock.changed, price.changed, weather.forecast, moment.occurred, got "zzz"',
  ]);
  expect(await s.refused({ subject: 'a\u0000b' })).toMatchObject(['unstorable-text', /./]);
  expect(await stored(s.database)).toEqual([]);
});

test('in binary mode the attributes are headers, decoded', async () => {
  await using s = await setup();
  const binary = (more: Record<string, string>, body: unknown = { available: 1 }) =>
    s.api.post('/v1/events', body, {
      ...admin,
      'content-type': 'application/json; charset=utf-8',
      'ce-specversion': '1.0',
      'ce-id': 'b1',
      'ce-source': '/shop',
      'ce-type': 'stock.changed',
      'ce-subject': 'Euro%20%E2%82%AC%20%F0%9F%98%80',
      ...more,
    });
  expect((await binary({})).body).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
  expect((await binary({ 'ce-id': 'b2', 'ce-subject': '"quoted \\"words\\"" 100%' })).body).toMatchObject({
    accepted: 1,
  });
  expect((await stored(s.database)).map((event) => event['subject'])).toEqual([
    'Euro € 😀',
    'quoted "words" 100%',
  ]);
  const overlong = await binary({ 'ce-subject': '%C0%A0' });
  expect([overlong.status, overlong.body.detail]).toEqual([
    400,
    'ce-subject: what is percent-encoded there is no UTF-8.',
  ]);
  expect((await binary({ 'ce-subject': 'Größe' })).body.detail).toContain('percent-encode');
  const xml = await binary({ 'content-type': 'text/xml' }, '<available>1</available>');
  expect([xml.status, xml.body.code]).toEqual([415, 'unsupported-media-type']);
  expect((await binary({}, '{')).body.code).toBe('malformed-json');
});

test('plain JSON that says its specversion is a structured event, and data beside ce- headers is data', async () => {
  await using s = await setup();
  const json = { 'content-type': 'application/json' };
  expect((await s.post(cloudEvent({ id: 'plain', subject: 'teapot' }), json)).body).toEqual({
    ...{ accepted: 1, duplicates: 0, rejected: [] },
  });
  const wrong = await s.post(cloudEvent({ id: 'old', specversion: '0.3' }), json);
  expect([wrong.status, wrong.body.code]).toEqual([400, 'all-rejected']);
  const headers = { ...json, 'ce-specversion': '1.0', 'ce-id': 'b', 'ce-source': '/shop' };
  const binary = { ...headers, 'ce-type': 'stock.changed', 'ce-subject': 'cup' };
  expect((await s.post({ available: 2, specversion: 'of the data' }, binary)).body).toMatchObject({
    accepted: 1,
  });
  expect((await stored(s.database)).map((event) => event['subject'])).toEqual(['teapot', 'cup']);
});

test('a request that is none of the three modes, or over its bounds, is refused whole', async () => {
  await using s = await setup();
  const refused = async (body: unknown, contentType: string) => {
    const answer = await s.post(body, { 'content-type': contentType });
    return [answer.status, answer.body.code, answer.body.detail];
  };
  const event = cloudEvent();
  expect((await refused([event], 'application/json'))[0]).toBe(415);
  expect((await refused(event, 'text/plain'))[0]).toBe(415);
  expect(await refused({ available: 3 }, 'application/json')).toEqual([
    415,
    'unsupported-media-type',
    'Content-Type: expected application/cloudevents+json (one event), application/cloudevents-batch+json (an array of them), both in UTF-8, or application/json with the attributes in ce- headers or, of one event, in a body that has its specversion, got "application/json" with neither.',
  ]);
  for (const type of [
    'application/cloudevents+avro',
    'application/cloudevents',
    'application/cloudevents+json; charset=latin1',
  ]) {
    expect((await refused(event, type))[0]).toBe(415);
  }
  expect(await refused(event, 'application/cloudevents-batch+json')).toEqual([
    400,
    'malformed-body',
    'A batch is an array of CloudEvents, got an object; send one alone as application/cloudevents+json.',
  ]);
  expect((await refused([event], 'application/cloudevents+json'))[0]).toBe(400);
  const full = Array.from({ length: 20 }, () => cloudEvent({ filling: 'x'.repeat(30_000) }));
  const inflated = await s.post(gzipSync(JSON.stringify(full)), {
    'content-type': 'application/cloudevents-batch+json',
    'content-encoding': 'gzip',
  });
  expect([inflated.status, inflated.body.code]).toEqual([413, 'too-large']);
  expect((await refused(Array(20_001).fill(1), 'application/cloudevents-batch+json'))[0]).toBe(413);
  expect(await stored(s.database)).toEqual([]);
  const zipped = await s.post(gzipSync(JSON.stringify(full.slice(0, 9))), {
    'content-type': 'application/cloudevents-batch+json',
    'content-encoding': 'gzip',
  });
  expect(zipped.body).toMatchObject({ accepted: 9 });
});

test('only the admin key reports what happened in the world', async () => {
  await using s = await setup();
  const { authorization: _, ...none } = { ...admin, 'content-type': 'application/cloudevents+json' };
  expect((await s.api.post('/v1/events', cloudEvent(), none)).status).toBe(401);
  expect((await s.api.post('/v1/events', cloudEvent(), { ...none, ...write })).body.code).toBe('wrong-key');
  expect((await s.api.get('/v1/events')).status).toBe(405);
  expect(await stored(s.database)).toEqual([]);
});

test("the real client's events arrive in every mode, each once", async () => {
  await using s = await setup();
  const send = async ({ headers, body }: Message) => {
    const answer = await s.api.post('/v1/events', body, { ...(headers as Record<string, string>), ...admin });
    expect([answer.status, answer.body['rejected']]).toEqual([202, []]);
    return answer.body['accepted'];
  };
  const made = (id: string, available: number) =>
    new CloudEvent<object>({
      id,
      source: 'urn:shop:warehouse',
      type: 'stock.changed',
      subject: 'A 1',
      data: { available },
      sequence: '7',
    });
  expect(await send(HTTP.structured(made('s', 1)))).toBe(1);
  expect(await send(HTTP.binary(made('b', 2)))).toBe(1);
  const emit = emitterFor(send, { binding: HTTP, mode: Mode.STRUCTURED });
  await emit(made('e', 3));
  await emit(made('e', 4));
  const batch = [made('x', 5), made('y', 6)];
  const headers = { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' };
  expect(await send({ headers, body: JSON.stringify(batch) })).toBe(2);
  expect((await stored(s.database)).map(({ id, subject, data }) => [id, subject, data])).toEqual(
    [
      ['s', 1],
      ['b', 2],
      ['e', 3],
      ['x', 5],
      ['y', 6],
    ].map(([id, available]) => [id, 'A 1', { available, location: '' }]),
  );
});
