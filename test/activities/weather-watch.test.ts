import { expect, test } from 'vitest';
import type { WatchDefinition } from '../../src/define/watch.ts';
import { coldAhead } from '../../src/messages/cold-ahead.ts';
import { winterCategory } from '../../src/segments/wants-warmth.ts';
import { watchDefinitions } from '../../workflows/definitions.ts';
import type { GivenEvent } from '../support/routing.ts';
import { startWorld } from '../support/world.ts';

const weather = watchDefinitions().find(({ name }) => name === 'weather')!;

/** Monday noon in Berlin; people there are written to between 17:00 and 20:00 of their clock. */
const noon = '2026-01-12T11:00:00.000Z';
const evening = '2026-01-12T16:30:00.000Z';

/** The shipped watch, with nobody held out. */
async function setup(over: Partial<WatchDefinition> = {}) {
  const it = await startWorld({ ...weather, holdout: 0, ...over }, coldAhead, { startAt: noon });
  /** What went out since this was asked last: to whom, and in which words. */
  const said = () => it.sent.splice(0).map(({ to, content }) => ({ to, text: JSON.stringify(content) }));
  return {
    ...it,
    said,
    /** Those who live in Bremen and looked for something warm, the first of them last. */
    async people(...users: string[]) {
      await it.acceptAndRoute(...users.flatMap((user, n) => lookedForWarmth(user, { minute: n })));
    },
    wave: () => it.wave('bremen'),
    told: () => said().map(({ to }) => to.split('@')[0]),
    [Symbol.asyncDispose]: () => it[Symbol.asyncDispose](),
  };
}

function lookedForWarmth(userId: string, { minute = 0, region = 'bremen', category = winterCategory } = {}) {
  const at = `2026-01-11T10:${String(minute).padStart(2, '0')}:00.000Z`;
  const traits = { email: `${userId}@shop.example`, region, timezone: 'Europe/Berlin' };
  return [
    { kind: 'identify', userId, at, traits, context: { consent: { channels: { email: true } } } },
    { name: 'Product Viewed', userId, at, properties: { sku: 'scarf', category } },
  ] satisfies GivenEvent[];
}

/** A forecast, reported on that day at that time. */
const forecast = (
  day: string,
  temperatureC: number,
  at = '2026-01-12T08:00:00.000Z',
  { source = 'met', region = 'bremen' } = {},
): GivenEvent => ({
  ...{ kind: 'universal', name: 'weather.forecast', source, subject: region, at },
  properties: { day, condition: temperatureC > 0 ? 'rain' : 'snow', temperatureC },
});

const thursday = '2026-01-15';
const friday = '2026-01-16';

test('finds who lives there, has looked for what keeps warm, and has not bought it within a year', async () => {
  await using it = await setup();
  await it.acceptAndRoute(
    ...lookedForWarmth('ada'),
    ...lookedForWarmth('elsewhere', { region: 'hamburg' }),
    ...lookedForWarmth('other-things', { category: 'garden' }),
    ...lookedForWarmth('has-it'),
  );
  await it.database.sql`
    insert into products (sku, title, category, price_minor, currency, substitutes, reviews, updated_at)
    values ('scarf', 'Scarf', ${winterCategory}, 100, 'EUR', '{}', '[]', ${it.clock.now()})`;
  const order = { order_id: 'o-1', total: 10, products: [{ sku: 'scarf', quantity: 1 }] };
  await it.acceptAndRoute({ name: 'Order Completed', userId: 'has-it', properties: order });
  await it.acceptAndRoute(forecast(thursday, -3));
  expect(await it.gather('bremen')).toBe(1);
  expect(await it.entries()).toEqual(['ada waiting']);
});

test('tells them in the evening where they are, with the day, the cold and the sky of the forecast', async () => {
  await using it = await setup();
  await it.people('ada');
  await it.acceptAndRoute(forecast(thursday, -3.4));
  expect(await it.gather('bremen')).toBe(1);
  const wave = await it.wave();
  expect(it.told(), 'at noon nobody').toEqual([]);
  expect(wave).toMatchObject({ goesOn: true, nextAt: Date.parse('2026-01-12T16:00:00Z') });
  it.moveTo(evening);
  await it.wave();
  const [mail] = it.said();
  expect(mail!.to).toBe('ada@shop.example');
  expect(mail!.text).toContain('Frost on Thursday, January 15');
  expect(mail!.text).toContain('-3 °C');
  expect(mail!.text).toContain('snow');
});

test('mild, then frost: it wakes once; the same again, from whichever source, and what comes late, wake nobody', async () => {
  await using it = await setup();
  await it.acceptAndRoute(forecast(thursday, 4, '2026-01-12T08:00:00.000Z'));
  expect(await it.wakes('bremen')).toEqual([]);
  await it.acceptAndRoute(forecast(thursday, -2, '2026-01-12T09:00:00.000Z'));
  expect(await it.wakes('bremen')).toEqual(['frost']);
  await it.acceptAndRoute(forecast(thursday, -2, '2026-01-12T09:10:00.000Z'));
  await it.acceptAndRoute(forecast(thursday, -5, '2026-01-12T09:20:00.000Z', { source: 'other' }));
  await it.acceptAndRoute(forecast(thursday, 6, '2026-01-12T08:30:00.000Z', { source: 'other' }));
  await it.acceptAndRoute(forecast(thursday, -1, '2026-01-12T09:30:00.000Z'));
  expect(await it.wakes('bremen')).toEqual(['frost']);
  await it.acceptAndRoute(forecast(thursday, 3, '2026-01-12T09:40:00.000Z', { source: 'other' }));
  await it.acceptAndRoute(forecast(thursday, -1, '2026-01-12T09:50:00.000Z'));
  expect(await it.wakes('bremen'), 'it was mild in between').toEqual(['frost', 'frost']);
});

test('of several sources the newest report counts, whether it says frost or not', async () => {
  await using it = await setup();
  await it.people('ada');
  await it.acceptAndRoute(forecast(thursday, -2, '2026-01-12T09:00:00.000Z'));
  await it.acceptAndRoute(forecast(thursday, 2, '2026-01-12T09:30:00.000Z', { source: 'other' }));
  expect(await it.gather('bremen'), 'the newest says that it is mild').toBe(0);
  await it.acceptAndRoute(forecast(thursday, -2, '2026-01-12T09:10:00.000Z'));
  expect(await it.wakes('bremen'), 'newer than its own, older than the other').toEqual(['frost']);
  await it.acceptAndRoute(forecast(thursday, -2, '2026-01-12T09:40:00.000Z'));
  expect(await it.wakes('bremen')).toEqual(['frost', 'frost']);
  expect(await it.gather('bremen')).toBe(1);
});

test('mild before the next page: nobody else is told, and those who were gathered wait no longer', async () => {
  await using it = await setup({ wave: { customers: 2, every: '10 minutes' } });
  await it.people('a', 'b', 'c', 'd');
  await it.acceptAndRoute(forecast(thursday, -2));
  await it.gather('bremen');
  it.moveTo(evening);
  expect(await it.wave()).toMatchObject({ used: 2, goesOn: true });
  expect(it.told().length).toBe(2);
  it.moveTo('2026-01-12T16:45:00.000Z');
  expect(await it.begin('bremen')).toMatchObject({ kind: 'begun' });
  await it.acceptAndRoute(forecast(thursday, 5, '2026-01-12T16:40:00.000Z'));
  expect(await it.finish('bremen')).toMatchObject({ used: 0, unitsLeft: 0 });
  expect(it.told()).toEqual([]);
  expect((await it.entries()).toSorted()).toEqual([
    'a closed over',
    'b closed over',
    'c consumed',
    'd consumed',
  ]);
  expect(await it.begin('bremen')).toEqual({ kind: 'none', soldOut: true });
});

test('frost on Thursday becomes frost on Friday: who is told later reads Friday; who was told is not told again', async () => {
  await using it = await setup({ wave: { customers: 1, every: '10 minutes' } });
  await it.people('b', 'a');
  await it.acceptAndRoute(forecast(thursday, -2));
  await it.gather('bremen');
  it.moveTo(evening);
  await it.wave();
  expect(it.said()[0]).toMatchObject({
    to: 'a@shop.example',
    text: expect.stringContaining('Thursday') as string,
  });
  const later = '2026-01-12T16:40:00.000Z';
  await it.acceptAndRoute(forecast(thursday, 3, later), forecast(friday, -4, later));
  it.moveTo('2026-01-12T16:45:00.000Z');
  await it.wave();
  const second = it.said()[0]!;
  expect(second.to).toBe('b@shop.example');
  expect(second.text).toContain('Friday');
  expect(second.text).not.toContain('Thursday');
  expect(await it.wakes('bremen'), 'it is another day’s frost').toEqual(['frost', 'frost']);
  expect(await it.gather('bremen'), 'both were told of this cold spell').toBe(0);
});

test('a cold spell that is announced day after day tells each once; the next, two weeks on, tells again', async () => {
  await using it = await setup();
  await it.people('ada');
  await it.acceptAndRoute(forecast(thursday, -2));
  await it.gather('bremen');
  it.moveTo(evening);
  await it.wave();
  expect(it.told()).toEqual(['ada']);
  it.moveTo('2026-01-20T16:30:00.000Z');
  await it.acceptAndRoute(forecast('2026-01-24', -6, '2026-01-20T08:00:00.000Z'));
  expect(await it.gather('bremen')).toBe(0);
  it.moveTo('2026-02-12T16:30:00.000Z');
  await it.acceptAndRoute(forecast('2026-02-14', -6, '2026-02-12T08:00:00.000Z'));
  expect(await it.gather('bremen')).toBe(1);
  await it.wave();
  expect(it.told()).toEqual(['ada']);
});

test('a day that is over where the shop is counts until it is over everywhere, after those to come', async () => {
  await using it = await setup();
  await it.database.sql`
    insert into settings (scope, value, at) values ('shop', '{"timezone":"Pacific/Auckland"}', ${it.clock.now()})`;
  await it.people('ada');
  // In Auckland it is the 13th, at one in the night.
  it.moveTo('2026-01-12T12:00:00.000Z');
  await it.acceptAndRoute(forecast('2026-01-12', -8, '2026-01-12T08:00:00.000Z'));
  expect(await it.gather('bremen'), 'in Bremen it is the 12th').toBe(1);
  await it.acceptAndRoute(forecast('2026-01-13', -8, '2026-01-12T09:00:00.000Z'));
  it.moveTo('2026-01-12T16:30:00.000Z');
  expect(await it.gather('bremen')).toBe(1);
  await it.wave();
  expect(it.said()[0]!.text).toContain('January 13');
});

test.each([
  ['2026-01-13T11:59:00.000Z', 1],
  ['2026-01-13T12:00:00.000Z', 0],
])('the 12th is over everywhere at noon UTC of the 13th: at %s %i are gathered', async (at, gathered) => {
  await using it = await setup();
  await it.people('ada');
  await it.acceptAndRoute(forecast('2026-01-12', -8, '2026-01-12T08:00:00.000Z'));
  it.moveTo(at);
  expect(await it.gather('bremen')).toBe(gathered);
});

test('each region by itself', async () => {
  await using it = await setup();
  await it.people('ada');
  await it.acceptAndRoute(
    forecast(thursday, -2, undefined, { region: 'hamburg' }),
    forecast(thursday, 4),
    ...lookedForWarmth('hedy', { region: 'hamburg' }),
  );
  expect([await it.wakes('bremen'), await it.wakes('hamburg')]).toEqual([[], ['frost']]);
  expect(await it.gather('hamburg')).toBe(1);
  expect(await it.entries()).toEqual(['hedy waiting']);
});

test('who buys it between the gathering and the wave is not told', async () => {
  await using it = await setup();
  await it.people('ada', 'hedy');
  await it.database.sql`
    insert into products (sku, title, category, price_minor, currency, substitutes, reviews, updated_at)
    values ('scarf', 'Scarf', ${winterCategory}, 100, 'EUR', '{}', '[]', ${it.clock.now()})`;
  await it.acceptAndRoute(forecast(thursday, -2));
  expect(await it.gather('bremen')).toBe(2);
  const order = { order_id: 'o-1', total: 10, products: [{ sku: 'scarf', quantity: 1 }] };
  await it.acceptAndRoute({ name: 'Order Completed', userId: 'ada', properties: order });
  it.moveTo(evening);
  await it.wave();
  expect(it.told()).toEqual(['hedy']);
});

test.each([
  ['ada', 'bob'],
  ['bob', 'ada'],
])(
  'who became one with somebody who was told of this cold spell is not told again: %s, once %s',
  async (userId, previousId) => {
    await using it = await setup({ wave: { customers: 1, every: '10 minutes' } });
    await it.people('ada', 'bob');
    await it.acceptAndRoute(forecast(thursday, -2));
    expect(await it.gather('bremen')).toBe(2);
    it.moveTo(evening);
    await it.wave();
    expect(it.told()).toEqual(['bob']);
    it.moveTo('2026-01-20T16:30:00.000Z');
    await it.acceptAndRoute(forecast('2026-01-24', -6, '2026-01-20T08:00:00.000Z'));
    expect(await it.gather('bremen'), 'ada alone').toBe(1);
    expect(await it.begin('bremen')).toMatchObject({ kind: 'begun' });
    await it.acceptAndRoute({ kind: 'alias', userId, previousId, admin: true });
    expect(await it.finish('bremen')).toMatchObject({ used: 0, goesOn: false });
    expect(it.told()).toEqual([]);
    expect(await it.database.sql`select state, reason from waiting_entries order by ended_at`).toEqual([
      ...[
        { state: 'consumed', reason: null },
        { state: 'closed', reason: 'over' },
      ],
      { state: 'closed', reason: 'merged' },
    ]);
  },
);

test('a watch that says nothing of telling again tells of each day that wakes it, and of that one', async () => {
  await using it = await setup({ again: null });
  await it.people('ada');
  const caps = '{"caps": {"helpAndOffer": []}}';
  await it.database.sql`insert into settings (scope, value, at) values ('shop', ${caps}, ${it.clock.now()})`;
  const served = async (seq?: number) => {
    it.moveTo(new Date(it.clock.now().getTime() + 60_000).toISOString());
    await it.gather('bremen', seq);
    await it.wave();
    return it.said().map(({ text }) => /Frost on (\w+)/.exec(text)?.[1]);
  };
  it.moveTo(evening);
  await it.acceptAndRoute(forecast(thursday, -2));
  expect(await served()).toEqual(['Thursday']);
  await it.acceptAndRoute(forecast(friday, -4, '2026-01-12T09:00:00.000Z'));
  expect(await served(), 'on Thursday there is frost still').toEqual(['Friday']);
  const [saturday, sunday] = ['2026-01-17', '2026-01-18'];
  await it.acceptAndRoute(
    ...[saturday, sunday].map((day) => forecast(day, -5, '2026-01-12T10:00:00.000Z')),
    forecast(saturday, -6, '2026-01-12T11:00:00.000Z'),
  );
  expect(await it.wakes('bremen'), 'two of one batch are two').toHaveLength(4);
  expect(await served(2)).toEqual(['Saturday']);
  await it.acceptAndRoute(forecast(sunday, 3, '2026-01-12T12:00:00.000Z'));
  expect(await served(3), 'it is mild by now, whatever the other days are').toEqual([]);
});
