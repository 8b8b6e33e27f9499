import { expect, test } from 'vitest';
import { watchDefinitions } from '../../workflows/definitions.ts';
import { admin, testApi, write } from '../support/api.ts';
import { testDatabase } from '../support/database.ts';
import { routingOver } from '../support/routing.ts';
import { bought, looked, stocked, testWatch } from '../support/watches.ts';

const watch = testWatch({ settings: { perUnit: 2, every: '1 hour', patience: '3 days' } });
const defaults = { perUnit: 2, every: '1 hour', patience: '3 days' };

async function setup() {
  const database = await testDatabase();
  const routing = routingOver(database.sql, [], '2026-05-01T12:00:00.000Z', [watch]);
  const api = await testApi({
    database,
    clock: routing.clock,
    watches: [watch, testWatch({ name: 'other', lasts: '90 days' })],
  });
  return {
    ...routing,
    api,
    sql: database.sql,
    put: (body: unknown, name = 'backInStock') => api.put(`/v1/watches/${name}/settings`, body),
    switch: (what: 'pause' | 'resume', name = 'backInStock') =>
      api.post(`/v1/watches/${name}/${what}`, '', admin),
    watch: async () => (await api.get('/v1/watches')).body.items[0]!,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('watches are shown as declared, in words, with their settings, runs, who waits, and switch', async () => {
  await using it = await setup();
  await it.acceptAndRoute(
    ...['pot', 'pan', 'lid'].flatMap((sku) => [stocked(sku, 1), stocked(sku, 0)]),
    ...['u', 'v'].flatMap((user) => ['pot', 'pan'].map((sku) => looked(user, sku))),
    bought('v', ['pan']),
  );
  await it.sql`update runs set state = 'closed' where subject = 'lid'`;
  const { body } = await it.api.get('/v1/watches');
  expect(body.cursor).toBeNull();
  expect(body.items[0]).toEqual({
    name: 'backInStock',
    version: 1,
    words:
      'backInStock: watches each sku; wakes when stock falls to none (soldOut) or stock comes back (restocked); ' +
      'serves viewed-while-sold-out, 2 a unit, every 1 hour; holds out 10 %',
    subject: 'sku',
    wakes: {
      soldOut: { of: 'stock', direction: 'falls', level: 0 },
      restocked: { of: 'stock', direction: 'rises', level: 0 },
    },
    ...{ opens: 'when woken', lasts: null, audience: null, again: null, competing: null },
    wave: { perUnit: 2, every: '1 hour' },
    holdout: 0.1,
    settings: defaults,
    defaults,
    overrides: {},
    runs: { open: 2, held: 0, closed: 1 },
    waiting: { list: 'viewed-while-sold-out', entries: 3, customers: 2 },
    paused: false,
    pausedAt: null,
  });
  expect(body.items[1]).toMatchObject({ name: 'other', runs: { open: 0, closed: 0 } });
});

test('whom a watch looks for, what it does about several at once, and for how long, stand in fields of their own', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database, watches: watchDefinitions() });
  const { items } = (await api.get('/v1/watches')).body as { items: Record<string, unknown>[] };
  const shown = Object.fromEntries(items.map((one) => [one['name'] as string, one]));
  expect(shown['backInStock']).toMatchObject({
    ...{ opens: 'when waited for', lasts: '90 days', audience: null },
    competing: { within: null, combine: 3, choose: null },
    words: expect.stringContaining(
      'nobody waits longer than 90 days; tells of up to 3 in one message; holds out 10 %',
    ) as string,
  });
  expect(shown['weather']).toMatchObject({
    ...{ opens: 'when woken', again: '14 days', lasts: null, competing: null },
    wakes: { frost: { type: 'weather.forecast', fresh: null } },
    audience: {
      name: 'wants-warmth',
      words: expect.stringMatching(/region .*<region>.*winter.*365 days/) as string,
    },
  });
  expect(shown['priceDrop']).toMatchObject({
    again: null,
    audience: {
      name: 'saw-it-dearer',
      words: 'last saw it, or was told of it, at a price that was higher by 10 %, within 30 days',
    },
  });
  expect(shown['moment']).toMatchObject({
    wakes: { occurred: { fresh: '2 days' } },
    audience: { words: expect.stringContaining('<topic>') as string },
  });
});

test('with nobody who waits the counts are none', async () => {
  await using it = await setup();
  expect((await it.watch())['waiting']).toEqual({ list: 'viewed-while-sold-out', entries: 0, customers: 0 });
});

test('waves and own settings are set over the defaults; what a PUT does not name is at its default again', async () => {
  await using it = await setup();
  const answer = await it.put({ perUnit: 0.5, every: '30 minutes' });
  expect([answer.status, answer.body]).toEqual([
    200,
    {
      settings: { perUnit: 0.5, every: '30 minutes', patience: '3 days' },
      defaults,
      overrides: { perUnit: 0.5, every: '30 minutes' },
    },
  ]);
  await it.put({ patience: '1 day' });
  expect((await it.watch())['overrides']).toEqual({ patience: '1 day' });
});

test.each([
  [{ perUnit: 0 }, 'perUnit: '],
  [{ perUnit: -1 }, 'perUnit: '],
  [{ perUnit: 1_001 }, 'perUnit: '],
  [{ perUnit: '2' }, 'perUnit: expected number, got "2"'],
  [{ every: 3_600 }, 'every: expected a span in words'],
  [{ perHour: 2 }, '"perHour" is not known here; expected only perUnit, every, patience'],
])('%j is refused with what came and what was expected, and changes nothing', async (body, words) => {
  await using it = await setup();
  await it.put({ perUnit: 3 });
  const answer = await it.put(body);
  expect([answer.status, answer.body.code]).toEqual([400, 'malformed-body']);
  expect(answer.body.detail).toContain(words);
  expect((await it.watch())['overrides']).toEqual({ perUnit: 3 });
});

test('waves are not set as far apart as anybody waits', async () => {
  await using it = await setup();
  const answer = await it.put({ every: '90 days' }, 'other');
  expect([answer.status, answer.body.detail]).toEqual([
    400,
    expect.stringContaining('lasts: "90 days" came; expected a longer time than every, "90 days"') as string,
  ]);
  expect((await it.put({ every: '89 days' }, 'other')).status).toBe(200);
});

test('a watch is paused and resumed; what there is not says what there is', async () => {
  await using it = await setup();
  const pausedAt = it.clock.now().toISOString();
  expect((await it.switch('pause')).body).toEqual({ name: 'backInStock', paused: true, pausedAt });
  expect(await it.watch()).toMatchObject({ paused: true, pausedAt });
  expect((await it.switch('resume')).body).toEqual({ name: 'backInStock', paused: false, pausedAt: null });
  const answers = [await it.put({}, 'bakInStock'), await it.switch('pause', 'bakInStock')];
  for (const { status, body } of answers) {
    expect([status, body.code, body.detail]).toEqual([
      ...[404, 'not-found', 'There is no watch "bakInStock"; there is backInStock, other.'],
    ]);
  }
});

test('only the admin key may', async () => {
  await using it = await setup();
  const answers = [
    await it.api.get('/v1/watches', write),
    await it.api.put('/v1/watches/backInStock/settings', {}, write),
    await it.api.post('/v1/watches/backInStock/pause', '', write),
    await it.api.post('/v1/watches/backInStock/resume', '', write),
  ];
  expect(answers.map(({ body }) => body.code)).toEqual(answers.map(() => 'wrong-key'));
});

test('the watches of this shop are shown', async () => {
  await using database = await testDatabase();
  await using api = await testApi({ database, watches: watchDefinitions() });
  const { items } = (await api.get('/v1/watches')).body;
  expect(items.map(({ name }) => name)).toContain('backInStock');
});

test('runs are found by what they watch', async () => {
  await using it = await setup();
  await it.acceptAndRoute(...['pot', 'pan'].flatMap((sku) => [stocked(sku, 1), stocked(sku, 0)]));
  const { items } = (await it.api.get('/v1/runs?subject=pot')).body;
  expect(items).toMatchObject([
    {
      name: 'backInStock',
      version: 1,
      customerId: null,
      subject: 'pot',
      key: '',
      state: 'open',
      outcome: null,
    },
  ]);
  expect((await it.api.get('/v1/runs?subject=po')).body.items).toEqual([]);
  expect((await it.api.get('/v1/runs?name=backInStock&state=open')).body.items).toHaveLength(2);
});

test("a customer's timeline says what they wait for, and why no longer; and what a watch sent them", async () => {
  await using it = await setup();
  const at = (time: string) => ({ at: `2026-05-01T${time}:00.000Z` });
  await it.acceptAndRoute(
    ...['pot', 'pan'].flatMap((sku) => [stocked(sku, 1, at('09:00')), stocked(sku, 0, at('09:00'))]),
    looked('u', 'pot', at('09:10')),
    looked('u', 'pan', at('09:20')),
    bought('u', ['pan'], at('09:30')),
  );
  await it.sql`
    insert into deliveries (id, run_id, customer_id, name, subject, message, entry_id, wave, purpose, channel, state,
      verdicts, at)
    select gen_random_uuid(), r.id, w.customer_id, r.name, r.subject, 'back-on-shelf', w.id, 1, 'help', 'email',
      'accepted', '[]', '2026-05-01T10:00:00Z'
    from waiting_entries w join runs r on r.subject = w.sku where w.sku = 'pot'`;
  const { items } = (await it.api.get('/v1/customers/u/timeline')).body;
  expect(
    items.map(({ kind, at: moment }) => `${kind as string} ${(moment as string).slice(11, 16)}`),
  ).toEqual([
    ...['delivery 10:00', 'event 09:30', 'waiting 09:20', 'event 09:20', 'waiting 09:10', 'event 09:10'],
  ]);
  expect(items[0]).toMatchObject({ name: 'backInStock', subject: 'pot', message: 'back-on-shelf' });
  expect(items.filter(({ kind }) => kind === 'waiting')).toMatchObject([
    { list: 'viewed-while-sold-out', sku: 'pan', state: 'closed', reason: 'bought', words: 'bought it' },
    { list: 'viewed-while-sold-out', sku: 'pot', state: 'waiting', reason: null, words: null, endedAt: null },
  ]);
  const page = (await it.api.get('/v1/customers/u/timeline?limit=3')).body;
  const rest = (await it.api.get(`/v1/customers/u/timeline?cursor=${encodeURIComponent(page.cursor!)}`)).body;
  expect([...page.items, ...rest.items]).toEqual(items);
});
