import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { admin, testApi, write } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';
import { addCustomer, addRun, startSending, testJourney } from '../support/sending.ts';

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
      verdicts: [{ words: 'waiting: paused — all sending has been paused since 2026-03-02T18:00:00.000Z' }],
    },
  ]);
  await api.post('/v1/sending/resume', '', admin);
  expect((await it.send(ask())).state).toBe('accepted');
});

test('of many that wait, each has its turn when it is resumed, and is gated again then', async () => {
  await using it = await startSending();
  await using api = await testApi({ database: it.database, clock: it.clock });
  const asks = await Promise.all(
    Array.from({ length: 30 }, async () => (await addRun(it, await addCustomer(it))).ask()),
  );
  const look = async (ask: (typeof asks)[number]) => {
    try {
      return (await it.send(ask)).state;
    } catch (error) {
      const { type, nextRetryDelay } = error as { type: string; nextRetryDelay: number };
      return { type, nextRetryDelay };
    }
  };
  await api.post('/v1/sending/pause', '', admin);
  for (const ask of asks) expect(await look(ask)).toMatchObject({ type: 'paused' });
  // As if others waited too, so that all of them take ten seconds.
  await api.post('/v1/sending/resume', '', admin);
  await it.database.sql`
    update settings set value = value || ${it.database.sql.json({ waiting: 10 * bounds.releasedPerSecond })}`;

  const turns = await Promise.all(asks.map(look));
  const delays = turns.map((turn) => (turn as { nextRetryDelay: number }).nextRetryDelay);
  expect(turns).toEqual(delays.map((nextRetryDelay) => ({ type: 'pacing', nextRetryDelay })));
  // Spread by chance over 10,000 ms: now and then two fall together.
  expect(new Set(delays).size).toBeGreaterThanOrEqual(27);
  expect(Math.max(...delays)).toBeLessThanOrEqual(10_000);
  const [shown] = (await api.get('/v1/deliveries?state=waiting&limit=1')).body.items;
  expect(shown).toMatchObject({ reason: 'pacing', verdicts: [{ reason: 'paused' }, { reason: 'pacing' }] });

  it.pass('5 seconds');
  const early = await Promise.all(asks.map(look));
  const due = delays.filter((ms) => ms <= 5_000).length;
  expect([due > 5, due < 25]).toEqual([true, true]);
  expect(early.filter((turn) => turn === 'accepted')).toHaveLength(due);
  // Whoever refuses meanwhile gets nothing, turn or not.
  await it.database.sql`update consents set state = 'denied'`;
  it.pass('5 seconds');
  const late = await Promise.all(asks.map(look));
  expect(late.filter((turn) => turn === 'withheld')).toHaveLength(30 - due);
  expect(it.channels.email.sent).toHaveLength(due);
});

test('how many waited is counted as it is resumed, of the journey, of the channel or of all', async () => {
  await using it = await startSending([testJourney('cart'), testJourney('trial')]);
  await using api = await testApi({
    database: it.database,
    clock: it.clock,
    journeys: [testJourney('trial')],
  });
  await api.post('/v1/sending/pause', '', admin);
  await api.post('/v1/journeys/trial/pause', '', admin);
  for (const name of ['cart', 'cart', 'trial']) {
    const { ask } = await addRun(it, await addCustomer(it), { name });
    await expect(it.send(ask())).rejects.toMatchObject({ type: 'paused' });
  }
  await api.post('/v1/channels/sms/pause', '', admin);
  await api.post('/v1/channels/email/pause', '', admin);
  for (const scope of ['journeys/trial', 'sending', 'sending', 'channels/sms', 'channels/email']) {
    expect((await api.post(`/v1/${scope}/resume`, '', admin)).status).toBe(200);
  }
  const stored = await it.database
    .sql`select scope, value->'waiting' as waiting from settings order by scope`;
  expect(stored).toEqual([
    { scope: 'channel:email', waiting: 3 },
    { scope: 'channel:sms', waiting: 0 },
    { scope: 'journey:trial', waiting: 1 },
    { scope: 'sending', waiting: 3 },
  ]);
});

test("a channel's rate is set, shown, kept while it is paused and resumed, and lifted", async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database });
  const put = (body: unknown, channel = 'email') => api.put(`/v1/channels/${channel}/settings`, body);
  const shown = async () => (await api.get('/v1/channels')).body.items[0];
  const email = { channel: 'email', paused: false, pausedAt: null };
  expect(await shown()).toEqual({ ...email, perSecond: null });
  expect((await put({ perSecond: 12.5 })).body).toEqual({ ...email, perSecond: 12.5 });
  await api.post('/v1/channels/email/pause', '', admin);
  expect(await shown()).toMatchObject({ paused: true, perSecond: 12.5 });
  await api.post('/v1/channels/email/resume', '', admin);
  expect(await shown()).toEqual({ ...email, perSecond: 12.5 });
  for (const body of [{}, { perSecond: 0 }, { perSecond: 10_001 }, { perSecond: '5' }, { perMinute: 5 }]) {
    expect((await put(body)).body).toMatchObject({ code: 'malformed-body' });
  }
  expect((await put({ perSecond: 5 }, 'fax')).status).toBe(404);
  expect((await put({ perSecond: null })).body).toEqual({ ...email, perSecond: null });
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
