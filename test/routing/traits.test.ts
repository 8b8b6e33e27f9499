import { expect, test } from 'vitest';
import type { Trait, TraitOrigin } from '../../src/db/schema/customers.ts';
import type { AcceptedEvent } from '../../src/routing/event.ts';
import { applyTraits, mergeTraits, type Traits } from '../../src/routing/traits.ts';
import { testDatabase } from '../support/database.ts';
import { routingOver } from '../support/routing.ts';

const hour = 3_600_000;
const iso = (hours: number) => new Date(hours * hour).toISOString();

/** An identify that says `tea` with an origin, at an hour; the others of an event say nothing of traits. */
const says = (tea: unknown, origin: TraitOrigin, hours: number) =>
  event({ body: { traits: { tea }, context: { traitsOrigin: origin } }, occurredAt: hours * hour });

function event(given: Partial<AcceptedEvent>): AcceptedEvent {
  const ids = { seq: 1, id: '0', userId: 'u1', anonymousId: null, previousId: null };
  const origin = { source: null, subject: null, admin: true, imported: false };
  return {
    ...ids,
    ...origin,
    kind: 'identify',
    name: null,
    body: {},
    occurredAt: 0,
    receivedAt: 0,
    ...given,
  };
}

const after = (...events: AcceptedEvent[]) => events.reduce<Traits>(applyTraits, {});
const held = (traits: Traits) => (traits['tea']?.value ?? null) as unknown;

const cases: [what: string, events: AcceptedEvent[], expected: unknown][] = [
  ['the newer of one origin', [says('green', 'observed', 1), says('black', 'observed', 2)], 'black'],
  ['not the older that comes late', [says('green', 'observed', 2), says('black', 'observed', 1)], 'green'],
  ['of one moment the later to come', [says('green', 'observed', 1), says('black', 'observed', 1)], 'black'],
  ['stated before a newer observed', [says('green', 'stated', 1), says('black', 'observed', 2)], 'green'],
  [
    'observed before a newer bought-in',
    [says('green', 'observed', 1), says('black', 'bought-in', 2)],
    'green',
  ],
  ['stated over a newer observed', [says('black', 'observed', 2), says('green', 'stated', 1)], 'green'],
  ['bought-in where nothing else is known', [says('green', 'bought-in', 1)], 'green'],
  [
    'what is stated anew after it was taken back',
    [says(null, 'stated', 1), says('green', 'stated', 2)],
    'green',
  ],
  ['nothing after a null', [says('green', 'observed', 1), says(null, 'observed', 2)], null],
  ['nothing when the null came first', [says(null, 'observed', 2), says('green', 'observed', 1)], null],
  [
    'stated after a null that is only observed',
    [says('green', 'stated', 1), says(null, 'observed', 2)],
    'green',
  ],
  ['nothing after a stated null', [says('green', 'observed', 2), says(null, 'stated', 1)], null],
  ['nothing observed after a stated null', [says(null, 'stated', 1), says('green', 'observed', 2)], null],
];
test.each(cases)('holds %s', (_, events, expected) => {
  expect(held(after(...events))).toBe(expected);
});

test('comes to the same in whatever order events come', () => {
  const origins = ['stated', 'observed', 'bought-in'] as const;
  const all = origins.flatMap((origin, i) => [
    says(`${origin} tea`, origin, i + 1),
    says(null, origin, i + 4),
  ]);
  const orders = (rest: AcceptedEvent[]): AcceptedEvent[][] =>
    rest.length <= 1
      ? [rest]
      : rest.flatMap((one) => orders(rest.filter((o) => o !== one)).map((o) => [one, ...o]));
  for (let mask = 1; mask < 1 << all.length; mask += 1) {
    const some = all.filter((_, place) => mask & (1 << place));
    if (some.length > 4) continue;
    const results = new Set(orders(some).map((events) => JSON.stringify(after(...events))));
    expect(results.size).toBe(1);
  }
});

test('reads what is stated beside what is observed, of identify in both places, of others in the context', () => {
  const own = { city: 'Graz', stated: { interests: ['tea'], sizes: { shoes: '42' } } };
  const context = { traits: { city: 'Linz', plan: 'free', stated: { interests: [], intents: ['a gift'] } } };
  const traits = after(event({ body: { traits: own, context }, occurredAt: hour }));
  const of = (value: unknown, origin: TraitOrigin): Trait => ({ value, origin, at: iso(1) });
  expect(traits).toEqual({
    city: of('Graz', 'observed'),
    plan: of('free', 'observed'),
    interests: of(['tea'], 'stated'),
    sizes: of({ shoes: '42' }, 'stated'),
    intents: of(['a gift'], 'stated'),
  });
  const ofTrack = after(event({ kind: 'track', body: { traits: own, context }, occurredAt: hour }));
  expect(ofTrack['interests']).toEqual(of([], 'stated'));
  expect(ofTrack['city']).toEqual(of('Linz', 'observed'));
});

test('takes names that every object has, and a `stated` that is none for nothing', () => {
  const traits = JSON.parse('{"constructor":"x","__proto__":{"a":1},"stated":true}') as Record<
    string,
    unknown
  >;
  const [name, ...others] = Object.keys(after(event({ body: { traits } })));
  expect([name, others]).toEqual(['constructor', []]);
});

test('a merge keeps the better word of each, also that a trait was taken away, and the survivor’s where none is', () => {
  const into = after(says('green', 'observed', 2));
  expect(held(mergeTraits(into, after(says('black', 'observed', 1))))).toBe('green');
  expect(held(mergeTraits(into, after(says('black', 'observed', 2))))).toBe('green');
  expect(held(mergeTraits(into, after(says('black', 'stated', 1))))).toBe('black');
  expect(held(mergeTraits(into, after(says(null, 'observed', 3))))).toBe(null);
});

test('what is taken away goes though there is no room left to remember it', () => {
  const full = after(event({ body: { traits: { tea: 'green', much: 'x'.repeat(65_300) } } }));
  const names = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`unknown-${i}`, null]));
  const emptied = applyTraits(full, event({ body: { traits: { ...names, tea: null } }, occurredAt: 1 }));
  expect(held(emptied)).toBe(null);
  expect(JSON.stringify(emptied).length).toBeLessThanOrEqual(65_536);
});

test('a trait that was taken away does not come back, from batch to batch, nor over a merge', async () => {
  await using database = await testDatabase();
  const it = routingOver(database.sql, []);
  const at = (clock: string) => `2026-05-01T${clock}:00Z`;
  const identify = { kind: 'identify' as const };
  await it.acceptAndRoute({
    ...identify,
    anonymousId: 'a1',
    at: at('10:00'),
    traits: { tea: null, milk: true },
  });
  await it.acceptAndRoute({ ...identify, anonymousId: 'a1', at: at('09:00'), traits: { tea: 'green' } });
  await it.acceptAndRoute({
    ...identify,
    userId: 'u1',
    at: at('09:30'),
    traits: { tea: 'black', milk: false },
  });
  await it.acceptAndRoute({ ...identify, userId: 'u1', anonymousId: 'a1', at: at('11:00') });
  const rows = await database.sql`select traits, withdrawn_traits from customers where merged_into is null`;
  expect(rows).toEqual([
    {
      traits: { milk: { value: true, origin: 'observed', at: '2026-05-01T10:00:00.000Z' } },
      withdrawn_traits: { tea: { value: null, origin: 'observed', at: '2026-05-01T10:00:00.000Z' } },
    },
  ]);
});
