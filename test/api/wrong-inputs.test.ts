import { expect, test } from 'vitest';
import { testApi, type TestApi } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';
import { routingOver } from '../support/routing.ts';

/** Kairos with one customer, `u1`. */
async function setup() {
  const database = await testDatabase();
  const api = await testApi({ database });
  await api.post('/v1/identify', { userId: 'u1', anonymousId: 'a1' });
  await routingOver(database.sql, []).route();
  return {
    api,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

async function detailOf(api: TestApi, path: string): Promise<string> {
  const { status, body } = await api.get(path);
  expect([path, status, body.code]).toEqual([path, 400, 'malformed-query']);
  return body.detail;
}

const cursor = (place: unknown) => Buffer.from(JSON.stringify(place)).toString('base64url');
const id = '01a20643-6ad9-7605-9284-df2f19496062';
const notMade = 'cursor: this list did not make it; leave it out to begin anew.';

test('each list says what is wrong with its query, with what came', async () => {
  await using it = await setup();
  const lists = ['/v1/runs', '/v1/deliveries', '/v1/rejections', '/v1/customers/u1/timeline'];
  for (const list of lists) {
    for (const [query, detail] of [
      ['limit=0', 'limit: expected a whole number from 1 to 1000, got number 0'],
      ['limit=1001', 'limit: expected a whole number from 1 to 1000, got number 1001'],
      ['limit=', 'limit: expected a whole number from 1 to 1000, got an empty string'],
      ['limit=1e3', 'limit: expected a whole number from 1 to 1000, got "1e3"'],
      ['limit=-1', 'limit: expected a whole number from 1 to 1000, got "-1"'],
      ['limit=%205', 'limit: expected a whole number from 1 to 1000, got " 5"'],
      ['limit=5&limit=6', 'limit: expected a whole number from 1 to 1000, got an array of 2'],
      ['cursor=a&cursor=b', 'cursor: expected string, got an array of 2'],
      ['cursor=', notMade],
      ['cursor=garbage', notMade],
      [`cursor=${cursor({})}`, notMade],
      [`cursor=${cursor([id, id, id])}`, notMade],
      [`cursor=${cursor(['0000-01-01T00:00:00Z', id])}`, notMade],
      [`cursor=${cursor(['+275760-01-01T00:00:00Z', id])}`, notMade],
    ] as const) {
      expect([list, query, await detailOf(it.api, `${list}?${query}`)]).toEqual([list, query, detail]);
    }
    for (const name of ['unknown', '__proto__', 'limit[]']) {
      const detail = await detailOf(it.api, `${list}?${name}=1`);
      expect(detail).toContain(`"${name}" is not known here; expected only limit, cursor`);
    }
  }
  // A cursor of one list is not one of another that is ordered otherwise.
  expect(await detailOf(it.api, `/v1/runs?cursor=${cursor(['2026-01-01T00:00:00Z', id])}`)).toBe(notMade);
  expect(await detailOf(it.api, `/v1/deliveries?cursor=${cursor([id])}`)).toBe(notMade);
});

test('the customer in a path, and what may be asked of them', async () => {
  await using it = await setup();
  expect(await detailOf(it.api, '/v1/customers/u1?by=name')).toBe(
    'by: expected one of "id", "userId", "anonymousId", got "name"',
  );
  expect(await detailOf(it.api, '/v1/customers/%ff')).toContain('a % that does not begin a character');
  expect(await detailOf(it.api, '/v1/customers/a%00b')).toContain('U+0000');
  for (const nobody of [
    'nobody',
    '%20',
    'x'.repeat(4_000),
    "';--",
    'u1?by=anonymousId',
    'a1?by=userId',
    `${id}`,
  ]) {
    const { status, body } = await it.api.get(`/v1/customers/${nobody}`);
    expect([nobody, status, body.code]).toEqual([nobody, 404, 'unknown-customer']);
  }
  expect((await it.api.get('/v1/customers/u1?by=userId')).body['userIds']).toEqual(['u1']);
});

const given = { consents: { email: 'granted' }, source: 'shop' };
test.each<[string, unknown, string]>([
  ['nothing', {}, 'consents: expected object, got nothing; source: expected string, got nothing'],
  ['no channel', { ...given, consents: {} }, 'consents: name at least one channel: email'],
  [
    'an unknown channel',
    { ...given, consents: { fax: 'granted' } },
    'consents.fax: expected a channel (email, sms',
  ],
  [
    'a boolean',
    { ...given, consents: { email: true } },
    'consents.email: expected one of "granted", "denied", got boolean true',
  ],
  [
    'a blank',
    { ...given, source: ' ' },
    'source: expected string to have >=1 characters, got an empty string',
  ],
  [
    'a long source',
    { ...given, source: 'x'.repeat(256) },
    'source: expected string to have <=255 characters',
  ],
  [
    'a long wording',
    { ...given, wording: 'x'.repeat(10_001) },
    'wording: expected string to have <=10000 characters',
  ],
  [
    'no time',
    { ...given, at: 'yesterday' },
    'at: expected a time after 1970, such as "2026-05-01T12:00:00Z", got "yesterday"',
  ],
  ['an early time', { ...given, at: '1900-01-01' }, 'at: expected a time after 1970'],
  [
    'an unknown name',
    { ...given, by: 'me' },
    '"by" is not known here; expected only consents, source, wording, at',
  ],
  [
    'the name of a prototype',
    '{"consents":{"__proto__":"granted"},"source":"shop"}',
    'name at least one channel',
  ],
])('consents with %s are refused with the place, and change nothing', async (_, body, words) => {
  await using it = await setup();
  const answer = await it.api.put('/v1/customers/u1/consents', body);
  expect([answer.status, answer.body.code]).toEqual([400, 'malformed-body']);
  expect(answer.body.detail).toContain(words);
  expect((await it.api.get('/v1/customers/u1')).body['consents']).toEqual({});
});
