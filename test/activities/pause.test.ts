import { expect, test } from 'vitest';
import { testApi, admin } from '../support/api.ts';
import { addCustomer, addRun, startSending } from '../support/sending.ts';
import { startWatching } from '../support/watching.ts';

/** No message may begin its way to the provider later than so long after a pause was answered. */
const withinMs = 1_000;

test.each(['/v1/sending', '/v1/watches/backAgain', '/v1/channels/sms'])(
  '%s: a page of a watch stops between two calls, and what is left goes out when it is resumed',
  async (scope) => {
    await using it = await startWatching();
    await using api = await testApi({ database: it.database, clock: it.clock, watches: [it.watch] });
    await it.line(40, () => ({ email: null, phone: '+493012345678', consents: ['sms'] }));
    await it.shelf(40);
    let answeredAt = Infinity;
    const leftAt: number[] = [];
    it.channels.sms.answer = async () => {
      leftAt.push(performance.now());
      if (leftAt.length === 10) {
        expect((await api.post(`${scope}/pause`, '', admin)).status).toBe(200);
        answeredAt = performance.now();
      }
      return { kind: 'accepted', providerId: 'p' };
    };
    await expect(it.wave()).rejects.toMatchObject({ type: 'paused' });
    expect(leftAt).toHaveLength(10);
    expect(Math.max(...leftAt) - answeredAt).toBeLessThan(withinMs);

    const page = () => it.worker()(it.page({ channel: 'sms' }));
    await expect(page()).rejects.toMatchObject({ type: 'paused' });
    expect(leftAt).toHaveLength(10);
    await api.post(`${scope}/resume`, '', admin);
    await page();
    expect(await it.told()).toHaveLength(40);
    expect(leftAt).toHaveLength(40);
  },
);

test('of many sends that four workers have under way, none leaves later than a second after the answer', async () => {
  await using it = await startSending();
  await using api = await testApi({ database: it.database, clock: it.clock });
  const asks = await Promise.all(
    Array.from({ length: 120 }, async () => (await addRun(it, await addCustomer(it))).ask()),
  );
  let answeredAt = Infinity;
  const leftAt: number[] = [];
  let pausing: Promise<unknown> = Promise.resolve();
  it.channels.email.answer = () => {
    leftAt.push(performance.now());
    if (leftAt.length === 20) {
      pausing = api.post('/v1/channels/email/pause', '', admin).then(() => (answeredAt = performance.now()));
    }
    return { kind: 'accepted', providerId: 'p' };
  };
  let held = 0;
  const work = async (send: typeof it.send) => {
    for (let ask = asks.pop(); ask !== undefined; ask = asks.pop()) {
      try {
        await send(ask);
      } catch (error) {
        expect(error).toMatchObject({ type: 'paused' });
        held += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: 4 }, () => work(it.worker())));
  await pausing;
  expect(held).toBeGreaterThan(20);
  expect(leftAt).toHaveLength(120 - held);
  expect(Math.max(...leftAt) - answeredAt).toBeLessThan(withinMs);
});

test('while its first channel is paused, a message does not turn to the next', async () => {
  await using it = await startSending();
  await using api = await testApi({ database: it.database, clock: it.clock });
  const both = { phone: '+14155550123', consents: { email: 'granted', sms: 'granted' } } as const;
  const { ask } = await addRun(it, await addCustomer(it, both));
  await api.post('/v1/channels/email/pause', '', admin);
  await expect(it.send(ask())).rejects.toMatchObject({ type: 'paused' });
  const other = await addRun(it, await addCustomer(it, both));
  expect((await it.send(other.ask({ channel: 'sms' }))).state).toBe('accepted');
  const words = 'waiting: paused — email has been paused since 2026-03-02T10:00:00.000Z';
  const waiting = (await api.get('/v1/deliveries?state=waiting')).body.items;
  expect(waiting).toMatchObject([{ reason: 'paused', verdicts: [{ words }] }]);
  const { items } = (await api.get('/v1/channels')).body;
  expect(items.filter(({ paused }) => paused)).toEqual([
    { channel: 'email', paused: true, pausedAt: '2026-03-02T10:00:00.000Z' },
  ]);
  await api.post('/v1/channels/email/resume', '', admin);
  expect((await it.send(ask())).state).toBe('accepted');
  const missing = await api.post('/v1/channels/fax/pause', '', admin);
  expect([missing.status, missing.body.code]).toEqual([404, 'not-found']);
});
