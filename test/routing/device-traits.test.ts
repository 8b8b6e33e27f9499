import { expect, test } from 'vitest';
import { segment } from '../../src/define/segment.ts';
import { trait } from '../../src/define/trait.ts';
import { indexSegments } from '../../src/routing/segment-index.ts';
import { testDatabase } from '../support/database.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';

const at = (hour: number) => `2026-05-01T${String(hour).padStart(2, '0')}:00:00.000Z`;
const seen = (hour: number, context: Record<string, unknown>, more: GivenEvent = {}): GivenEvent => ({
  ...{ kind: 'page', anonymousId: 'a1', at: at(hour), context },
  ...more,
});
const observed = (value: unknown, hour: number) => ({ value, origin: 'observed', at: at(hour) });

async function traitsAfter(...batches: GivenEvent[][]) {
  await using database = await testDatabase();
  const it = routingOver(database.sql, []);
  for (const events of batches) await it.acceptAndRoute(...events);
  const [row] = await database.sql<{ traits: Record<string, unknown> }[]>`
    select traits from customers where merged_into is null`;
  return row!.traits;
}

test('the language and the zone of a browser are observed of its customer, from when it said them first', async () => {
  const vienna = { locale: 'de_at', timezone: 'Europe/Vienna' };
  expect(await traitsAfter([seen(8, vienna), seen(9, vienna)], [seen(10, vienna)])).toEqual({
    locale: observed('de-AT', 8),
    timezone: observed('Europe/Vienna', 8),
  });
});

test('a newer browser tells more of its customer than an older one', async () => {
  const events = [seen(8, { locale: 'de' }), seen(10, { locale: 'fr' }), seen(9, { locale: 'it' })];
  expect(await traitsAfter(events)).toEqual({ locale: observed('fr', 10) });
});

test('what the customer stated stands, and what the event says itself goes before', async () => {
  const stated = { kind: 'identify' as const, traits: { stated: { locale: 'nl' } } };
  const own = { kind: 'identify' as const, traits: { timezone: 'Asia/Tokyo' } };
  const browser = { locale: 'de', timezone: 'Europe/Vienna' };
  expect(await traitsAfter([seen(8, {}, stated)], [seen(9, browser, own)])).toEqual({
    locale: { value: 'nl', origin: 'stated', at: at(8) },
    timezone: observed('Asia/Tokyo', 9),
  });
});

test.each([
  { locale: 7, timezone: 'Mars/Olympus' },
  { locale: '' },
  { timezone: {} },
  { traits: [], locale: null },
])('what is no language and no zone is passed over: %j', async (context) => {
  expect(await traitsAfter([seen(8, context)])).toEqual({});
});

test('segments hear of it, once', async () => {
  await using database = await testDatabase();
  const germans = segment('germans', trait('locale').is('de'));
  const index = indexSegments([germans], { segments: [], otherwise: 'everybody' });
  const it = routingOver(database.sql, [], undefined, [], index);
  await it.acceptAndRoute(seen(8, {}));
  await it.acceptAndRoute(seen(9, { locale: 'de' }, { kind: 'identify', traits: { plan: 'free' } }));
  const members = await database.sql`select segment, is_member from memberships`;
  expect(members).toEqual([{ segment: 'germans', is_member: true }]);
});
