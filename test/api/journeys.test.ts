import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { runs } from '../../src/db/schema/index.ts';
import { abandonedCart } from '../support/abandoned-cart.ts';
import { admin, testApi, write } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';
import { routingOver } from '../support/routing.ts';
import { addCustomer, addRun, startSending, testJourney } from '../support/sending.ts';

const cart = testJourney('cart', {
  version: 2,
  ends: { ordered: { name: 'Order Completed' } },
  holdout: 0.1,
  settings: { desk: '45 minutes', percentOff: 10 },
  ranges: { percentOff: { least: 1, most: 100 } },
});
const defaults = { desk: '45 minutes', percentOff: 10 };

async function setup() {
  const sending = await startSending([testJourney('cart'), testJourney('trial')]);
  const { database, clock } = sending;
  const api = await testApi({ database, clock, journeys: [cart, testJourney('trial')] });
  return {
    sending,
    api,
    put: (body: unknown, name = 'cart') => api.put(`/v1/journeys/${name}/settings`, body),
    switch: (what: 'pause' | 'resume', name = 'cart') => api.post(`/v1/journeys/${name}/${what}`, '', admin),
    cart: async () => (await api.get('/v1/journeys')).body.items[0]!,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await sending[Symbol.asyncDispose]();
    },
  };
}

test('journeys are shown as declared, in words, with their settings, runs and switch', async () => {
  await using it = await setup();
  const customerId = await addCustomer(it.sending);
  for (let i = 0; i < 3; i += 1) await addRun(it.sending, customerId);
  const { runId } = await addRun(it.sending, customerId);
  const { db } = it.sending.database;
  await db.update(runs).set({ state: 'closed', outcome: 'ordered' }).where(eq(runs.id, runId));
  const { body } = await it.api.get('/v1/journeys');
  expect(body.cursor).toBeNull();
  expect(body.items).toHaveLength(2);
  expect(body.items[0]).toEqual({
    name: 'cart',
    version: 2,
    words:
      'cart: starts on Product Added; ends on Order Completed (ordered); lasts 10 days at most; ' +
      'sends 100 within 7 days at most; holds out 10 %; runs again always',
    starts: 'Product Added',
    ends: { ordered: 'Order Completed' },
    dates: null,
    per: null,
    again: 'always',
    lasts: '10 days',
    cap: { sends: 100, within: '7 days' },
    holdout: 0.1,
    splits: {},
    settings: defaults,
    defaults,
    overrides: {},
    runs: { open: 3, held: 0, closed: 1 },
    paused: false,
    pausedAt: null,
  });
  expect(body.items[1]).toMatchObject({ name: 'trial', settings: {}, runs: { open: 0, closed: 0 } });
});

test('what is set holds over the defaults; what a PUT does not name is at its default again', async () => {
  await using it = await setup();
  const answer = await it.put({ desk: '2 hours' });
  const shown = { settings: { desk: '2 hours', percentOff: 10 }, defaults, overrides: { desk: '2 hours' } };
  expect([answer.status, answer.body]).toEqual([200, shown]);
  expect(await it.cart()).toMatchObject(shown);
  await it.put({ percentOff: 12.5 });
  expect((await it.cart())['overrides']).toEqual({ percentOff: 12.5 });
  await it.put({});
  expect((await it.cart())['overrides']).toEqual({});
});

test.each([
  [{ phone: '1 hour' }, '"phone" is not known here; expected only desk, percentOff'],
  [{ desk: 45 }, 'desk: expected a span in words, longer than nothing and up to ten years'],
  [{ desk: 45 }, "such as '45 minutes', got number 45"],
  [{ desk: 'soon' }, 'got "soon"'],
  [{ desk: '0 minutes' }, 'got "0 minutes"'],
  [{ desk: '11000 days' }, 'got "11000 days"'],
  [{ desk: null }, 'got null'],
  [{ percentOff: '10' }, 'percentOff: expected number, got "10"'],
  [{ percentOff: 1_000 }, 'percentOff: expected number to be <=100'],
  [{ percentOff: -10 }, 'percentOff: expected number to be >=1'],
  ['{"percentOff":1e999}', 'percentOff: expected number'],
  ['{"__proto__":{"desk":"1 hour"}}', '"__proto__" is not known here'],
  [{ constructor: '1 hour' }, '"constructor" is not known here'],
  [[], 'expected object, got an empty array'],
])('%j is refused with what came and what was expected, and changes nothing', async (body, words) => {
  await using it = await setup();
  await it.put({ desk: '2 hours' });
  const answer = await it.put(body);
  expect([answer.status, answer.body.code]).toEqual([400, 'malformed-body']);
  expect(answer.body.detail).toContain(words);
  expect((await it.cart())['overrides']).toEqual({ desk: '2 hours' });
});

test('a journey without settings says so, and one that there is not, too', async () => {
  await using it = await setup();
  expect((await it.put({ desk: '1 hour' }, 'trial')).body.detail).toContain('there is nothing to set');
  for (const answer of [
    await it.put({}, 'cartt'),
    await it.switch('pause', 'cartt'),
    await it.switch('resume', 'cartt'),
  ]) {
    expect([answer.status, answer.body.code]).toEqual([404, 'not-found']);
    expect(answer.body.detail).toBe('There is no journey "cartt"; there is cart, trial.');
  }
});

test('a setting that the code does not know any more, or has as another type, is at its default', async () => {
  await using it = await setup();
  const stored = { settings: { desk: 45, phone: '1 hour', percentOff: 20 } };
  const { sql } = it.sending.database;
  await sql`
    insert into settings (scope, value, at) values ('journey:cart', ${sql.json(stored)}, ${it.sending.clock.now()})`;
  expect(await it.cart()).toMatchObject({
    settings: { desk: '45 minutes', percentOff: 20 },
    overrides: { percentOff: 20 },
  });
});

test('a paused journey is held by the gate, another is not; its settings stay, and so does the switch', async () => {
  await using it = await setup();
  const customerId = await addCustomer(it.sending);
  const { ask } = await addRun(it.sending, customerId);
  const trial = await addRun(it.sending, await addCustomer(it.sending), { name: 'trial' });
  await it.put({ desk: '2 hours' });
  const pausedAt = it.sending.clock.now().toISOString();
  expect((await it.switch('pause')).body).toEqual({ name: 'cart', paused: true, pausedAt });
  it.sending.pass('1 hour');
  expect((await it.switch('pause')).body).toEqual({ name: 'cart', paused: true, pausedAt });
  expect(await it.cart()).toMatchObject({ paused: true, pausedAt, overrides: { desk: '2 hours' } });
  await it.put({ desk: '3 hours' });
  expect(await it.cart()).toMatchObject({ paused: true, pausedAt, overrides: { desk: '3 hours' } });

  await expect(it.sending.send(ask())).rejects.toMatchObject({ type: 'paused' });
  expect((await it.sending.send(trial.ask())).state).toBe('accepted');

  const resumed = { name: 'cart', paused: false, pausedAt: null };
  expect((await it.switch('resume')).body).toEqual(resumed);
  expect((await it.switch('resume')).body).toEqual(resumed);
  expect(await it.cart()).toMatchObject({ paused: false, pausedAt: null, overrides: { desk: '3 hours' } });
  expect((await it.sending.send(ask())).state).toBe('accepted');
});

test('only the admin key may', async () => {
  await using it = await setup();
  const answers = [
    await it.api.get('/v1/journeys', write),
    await it.api.put('/v1/journeys/cart/settings', {}, write),
    await it.api.post('/v1/journeys/cart/pause', '', write),
    await it.api.post('/v1/journeys/cart/resume', '', write),
  ];
  expect(answers.map(({ body }) => body.code)).toEqual(answers.map(() => 'wrong-key'));
});

test('the journeys of this shop are shown', async () => {
  await using it = await setup();
  await using api = await testApi({ database: it.sending.database, journeys: [abandonedCart] });
  const { items } = (await api.get('/v1/journeys')).body;
  expect(items.map(({ name }) => name)).toContain('abandonedCart');
  const answer = await api.put('/v1/journeys/abandonedCart/settings', { phone: '4 hours' });
  expect(answer.body['settings']).toEqual({ phone: '4 hours', desk: '45 minutes' });
});

test('a run starts with what is set, wakes by it, and keeps it', async () => {
  await using database = await testDatabase();
  const journeys = [abandonedCart];
  const routing = routingOver(database.sql, journeys);
  await using api = await testApi({ database, clock: routing.clock, journeys });
  const put = (body: unknown) => api.put('/v1/journeys/abandonedCart/settings', body);
  const start = (cart: string) =>
    routing.acceptAndRoute({
      name: 'Product Added',
      userId: 'u1',
      properties: { cart_id: cart, product_id: 'p' },
    });
  await put({ desk: '2 hours' });
  await start('c1');
  await put({ desk: '5 minutes' });
  await start('c2');
  const kept = await database.sql`select key, settings, wakes_at from runs order by key`;
  expect(kept).toEqual([
    {
      key: 'c1',
      settings: { desk: '2 hours', phone: '3 hours' },
      wakes_at: new Date('2026-05-01T14:00:00Z'),
    },
    {
      key: 'c2',
      settings: { desk: '5 minutes', phone: '3 hours' },
      wakes_at: new Date('2026-05-01T12:05:00Z'),
    },
  ]);
});
