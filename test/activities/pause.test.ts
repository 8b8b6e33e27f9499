import { expect, test } from 'vitest';
import type { TransactionSql } from 'postgres';
import { createClock } from '../../src/clock.ts';
import type { Sql } from '../../src/db/connect.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { testApi, admin } from '../support/api.ts';
import { heldOpen } from '../support/held-open.ts';
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
  // Time goes on by itself: by it a worker knows that its look at the pauses has grown old, however slow the machine is.
  const [begunMs, begun] = [it.clock.now().getTime(), performance.now()];
  const clock = createClock(realTime, () => begunMs + Math.floor(performance.now() - begun));
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
  await Promise.all(Array.from({ length: 4 }, () => work(it.worker({ clock }))));
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
  const words = 'waiting: paused — email has been paused since 2026-03-02T18:00:00.000Z';
  const waiting = (await api.get('/v1/deliveries?state=waiting')).body.items;
  expect(waiting).toMatchObject([{ reason: 'paused', verdicts: [{ words }] }]);
  const { items } = (await api.get('/v1/channels')).body;
  expect(items.filter(({ paused }) => paused)).toMatchObject([
    { channel: 'email', paused: true, pausedAt: '2026-03-02T18:00:00.000Z' },
  ]);
  await api.post('/v1/channels/email/resume', '', admin);
  expect((await it.send(ask())).state).toBe('accepted');
  const missing = await api.post('/v1/channels/fax/pause', '', admin);
  expect([missing.status, missing.body.code]).toEqual([404, 'not-found']);
});

test('a send whose commit took long looks once more before it leaves, and is not in doubt', async () => {
  await using it = await startSending();
  await using api = await testApi({ database: it.database, clock: it.clock });
  const { ask } = await addRun(it, await addCustomer(it));
  const { sql } = it.database;
  const [committed, heard] = [heldOpen(), heldOpen()];
  const begin = async (work: (tx: TransactionSql) => Promise<unknown>) => {
    const done = await sql.begin(work);
    committed.open();
    await heard.opened;
    return done;
  };
  const slow = Object.assign((...given: Parameters<typeof sql>) => sql(...given), {
    json: (value: never) => sql.json(value),
    begin,
  });
  const sending = it.worker({ database: { sql: slow as unknown as Sql } })(ask());
  await committed.opened;
  await api.post('/v1/sending/pause', '', admin);
  it.pass('1 second');
  heard.open();
  await expect(sending).rejects.toMatchObject({ type: 'paused' });
  expect(it.channels.email.sent).toEqual([]);
  const [row] = await it.ledger();
  expect(row).toMatchObject({ state: 'intended', callingAt: null });
  expect(row!.verdicts.at(-1)!.words).toContain('not called yet, because an operator paused sends');
  // Another worker may go on with it.
  await expect(it.send(ask())).rejects.toMatchObject({ type: 'paused' });
  await api.post('/v1/sending/resume', '', admin);
  expect((await it.send(ask())).state).toBe('accepted');
  expect(it.channels.email.sent).toHaveLength(1);
});

test('so does a page whose calls were marked and not made', async () => {
  await using it = await startWatching();
  await using api = await testApi({ database: it.database, clock: it.clock });
  await it.line(3);
  await it.shelf(3);
  const { sql } = it.database;
  let isFirst = true;
  const statement = (...given: Parameters<Sql>) => {
    const query = sql(...given);
    if (!isFirst || !given[0].join('?').includes('update deliveries d set calling_at = ?')) return query;
    isFirst = false;
    return (async () => {
      const rows = await query;
      await api.post('/v1/sending/pause', '', admin);
      it.pass('1 second');
      return rows;
    })();
  };
  const own = { json: (value: never) => sql.json(value), begin: sql.begin.bind(sql) };
  const slow = Object.assign(statement, own) as unknown as Sql;
  await expect(it.wave(it.worker({ database: { sql: slow } }))).rejects.toMatchObject({ type: 'paused' });
  expect(it.channels.email.calls).toEqual([]);
  await api.post('/v1/sending/resume', '', admin);
  await it.worker()(it.page());
  expect(await it.told()).toHaveLength(3);
  expect((await it.ledger()).map(({ state }) => state)).toEqual(Array(3).fill('accepted'));
});
