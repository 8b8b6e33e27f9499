import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { admin, testApi, write } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';
import { addCustomer, addRun, startSending } from '../support/sending.ts';

const going = { paused: false, pausedAt: null };

test('all sending is paused and resumed; repeated, it stays paused since then', async () => {
  await using database = await testDatabase();
  let now = Date.parse('2026-03-01T00:00:00Z');
  await using api = await testApi({ database, clock: createClock(realTime, () => now) });
  const get = async () => (await api.get('/v1/sending')).body;
  const post = (what: string) => api.post(`/v1/sending/${what}`, '', admin);
  expect(await get()).toEqual(going);
  expect((await post('resume')).body).toEqual(going);
  const paused = { paused: true, pausedAt: '2026-03-01T00:00:00.000Z' };
  const answer = await post('pause');
  expect([answer.status, answer.body]).toEqual([200, paused]);
  now += 60_000;
  expect((await post('pause')).body).toEqual(paused);
  expect(await get()).toEqual(paused);
  // The settings of the shop are something else.
  await api.put('/v1/settings', {});
  expect(await get()).toEqual(paused);
  expect((await post('resume')).body).toEqual(going);
  expect(await get()).toEqual(going);
  expect((await post('pause')).body['pausedAt']).toBe('2026-03-01T00:01:00.000Z');
});

test('the gate holds what comes meanwhile, and lets it pass when it is resumed', async () => {
  await using it = await startSending();
  await using api = await testApi({ database: it.database, clock: it.clock });
  const { ask } = await addRun(it, await addCustomer(it));
  await api.post('/v1/sending/pause', '', admin);
  await expect(it.send(ask())).rejects.toMatchObject({ type: 'paused' });
  expect((await api.get('/v1/deliveries?state=waiting')).body.items).toMatchObject([
    {
      state: 'waiting',
      reason: 'paused',
      verdicts: [{ words: 'waiting: paused — all sending has been paused since 2026-03-02T10:00:00.000Z' }],
    },
  ]);
  await api.post('/v1/sending/resume', '', admin);
  expect((await it.send(ask())).state).toBe('accepted');
});

test('only the admin key may, and only by POST', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database });
  for (const path of ['/v1/sending/pause', '/v1/sending/resume']) {
    expect((await api.post(path, '', write)).body.code).toBe('wrong-key');
    const answer = await api.get(path);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  }
  expect((await api.get('/v1/sending')).body).toEqual(going);
});
