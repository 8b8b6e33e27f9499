import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { customerIds, customers } from '../../src/db/schema/index.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { newId } from '../../src/ids.ts';
import { testApi, write } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';

async function setup() {
  let nowMs = Date.parse('2026-03-01T00:00:00Z');
  const clock = createClock(realTime, () => (nowMs += 1_000));
  const database = await testDatabase();
  const api = await testApi({ database, clock });
  const id = newId(clock);
  await database.db.insert(customers).values({ id, armKey: id, traits: {}, createdAt: clock.now() });
  const ofUser = { kind: 'user' as const, externalId: 'u1', customerId: id, at: clock.now() };
  await database.db.insert(customerIds).values(ofUser);
  return {
    get: (query = '') => api.get(`/v1/customers/u1/consents${query}`),
    put: (body: unknown) => api.put('/v1/customers/u1/consents', body),
    looks: () => database.sql`select segment from segment_looks`,
    profile: () => api.get('/v1/customers/u1'),
    asWriter: () => api.get('/v1/customers/u1/consents', write),
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('a topic is refused and granted beside its channel, and what holds is told of each', async () => {
  await using it = await setup();
  const first = await it.put({
    consents: { email: 'granted', 'email:new-arrivals': 'denied' },
    source: 'form',
  });
  expect(first.body['consents']).toMatchObject({
    email: { state: 'granted' },
    'email:new-arrivals': { state: 'denied', source: 'form' },
  });
  await it.put({ consents: { 'email:new-arrivals': 'granted', 'email:sale': 'granted' }, source: 'page' });
  await it.put({ consents: { email: 'denied' }, source: 'call' });
  await it.put({ consents: { 'email:sale': 'granted' }, source: 'shop' });
  expect(await it.looks(), 'no event tells routing of it').toEqual([{ segment: '' }]);
  expect((await it.profile()).body['consents']).toMatchObject({
    email: { state: 'denied', source: 'call' },
    'email:new-arrivals': { state: 'denied', source: 'call' },
    'email:sale': { state: 'granted', source: 'shop' },
  });
});

test('every word is kept, the last given first, page by page, with its source and wording', async () => {
  await using it = await setup();
  await it.put({ consents: { sms: 'granted' }, source: 'form', wording: 'May we?' });
  await it.put({ consents: { 'sms:sale': 'denied' }, source: 'call' });
  await it.put({ consents: { sms: 'denied' }, source: 'paper', at: '2020-01-01T00:00:00Z' });
  const first = await it.get('?limit=2');
  expect(first.body['consents']).toMatchObject({
    sms: { state: 'granted' },
    'sms:sale': { state: 'denied' },
  });
  const rest = await it.get(`?limit=2&cursor=${first.body.cursor}`);
  expect(rest.body.cursor).toBeNull();
  expect([...first.body.items, ...rest.body.items]).toMatchObject([
    { channel: 'sms', topic: 'sale', state: 'denied', source: 'call', wording: null },
    { channel: 'sms', topic: null, state: 'granted', source: 'form', wording: 'May we?' },
    {
      channel: 'sms',
      topic: null,
      state: 'denied',
      source: 'paper',
      at: '2020-01-01T00:00:00.000Z',
      repeatedAt: null,
    },
  ]);
  expect((await it.asWriter()).status).toBe(403);
});

test('what is no channel and no topic is refused with its place', async () => {
  await using it = await setup();
  for (const place of ['fax', 'email:', 'email:a b', 'email:a:b', `sms:${'x'.repeat(65)}`]) {
    const answer = await it.put({ consents: { [place]: 'granted' }, source: 'x' });
    expect([answer.status, answer.body.code]).toEqual([400, 'malformed-body']);
    expect(answer.body.detail).toContain(`consents.${place}: expected a channel (email, sms`);
  }
});
