import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listMembers } from '../../src/db/queries/list-members.ts';
import { membersOf } from '../../src/db/queries/evaluate-predicate.ts';
import { orderTotals } from '../../src/db/queries/order-totals.ts';
import { personaNames, personaOf } from '../../src/define/personas.ts';
import type { Predicate } from '../../src/define/predicate.ts';
import { sentence } from '../../src/define/sentence.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { scoresOf, type Scores } from '../../src/domain/rfm.ts';
import { personas } from '../../src/personas/index.ts';
import { takeDueTurn } from '../../src/routing/due.ts';
import { indexSegments } from '../../src/routing/segment-index.ts';
import { lookAtDueMemberships } from '../../src/routing/segments-due.ts';
import { segments } from '../../src/segments/index.ts';
import { frequencyAtLeast, monetaryAtLeast, recencyAtLeast, recencyAtMost } from '../../src/segments/rfm.ts';
import { countInCurrency, shopCurrency } from '../../src/segments/shop-currency.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';

/**
 * Each segment as a table: what somebody did, so many days before now, and whether they are in it then and so many days
 * later. All of it goes through routing into one database; what time alone changes is changed by the work that is due.
 */
const today = '2026-05-01T12:00:00.000Z';
const dayMs = 86_400_000;
const dayAt = (days: number) => new Date(Date.parse(today) + days * dayMs).toISOString();

/** Something done, so many days before today. */
type Done = (person: string) => GivenEvent;
let orders = 0;
const did =
  (name: string, daysAgo: number, properties: Record<string, unknown> = {}): Done =>
  (userId) => ({ userId, name, at: dayAt(-daysAgo), properties });
const bought = (daysAgo: number, total = 10, more: Record<string, unknown> = {}): Done =>
  did('Order Completed', daysAgo, { order_id: `o${(orders += 1)}`, total, ...more });
const looked = (daysAgo: number): Done => did('Product Viewed', daysAgo, { product_id: 'p-1' });
const carted = (daysAgo: number): Done => did('Product Added', daysAgo, { product_id: 'p-1' });
const is =
  (traits: Record<string, unknown>, context: Record<string, unknown> = {}): Done =>
  (userId) => ({ kind: 'identify', userId, traits, context });
const said = (channel: string, yes: boolean) => ({ consent: { channels: { [channel]: yes } } });

/** In which days, counted from today, somebody is in the segment: `[in, out]`, `[in]` for ever, none for never. */
type Days = [] | [number] | [number, number];
type Table = Record<string, [what: string, done: Done[], days: Days][]>;

const tables: Table = {
  'loyal-shoppers': [
    ['three orders, whenever', [bought(900), bought(500), bought(1)], [0]],
    ['two orders for 500', [bought(100, 250), bought(1, 250)], [0]],
    ['two orders for less', [bought(100, 250), bought(1, 249.99)], []],
    ['one order for much', [bought(1, 5_000)], []],
    ['three orders, one cancelled', cancelled([bought(30), bought(20), bought(1)]), []],
    ['a tier of the point of sale', [is({ loyalty_tier: 'gold' })], [0]],
    ['a low tier', [is({ loyalty_tier: 'bronze' })], []],
  ],
  'first-time-buyers': [
    ['one order today', [bought(0)], [0, 120]],
    ['one order 119 days ago', [bought(119)], [0, 1]],
    ['one order 120 days ago', [bought(120)], []],
    ['two orders', [bought(2), bought(1)], []],
    ['none', [looked(1)], []],
  ],
  'repeat-buyers': [
    ['two orders', [bought(700, 60), bought(1, 60)], [0]],
    ['one', [bought(1)], []],
  ],
  newcomers: [
    ['first looked 10 days ago', [looked(10), looked(1)], [0, 20]],
    ['first looked 40 days ago', [looked(40), looked(1)], []],
    ['bought in the shop years ago', [bought(900), looked(1)], []],
    ['bought at once', [looked(5), bought(5)], [0, 25]],
  ],
  'about-to-lapse': [
    ['ordered last 130 days ago', [bought(400), bought(130)], [0, 50]],
    ['ordered today', [bought(0)], [120, 180]],
    ['ordered 180 days ago', [bought(180)], []],
    ['never ordered', [looked(130)], []],
  ],
  lapsed: [
    ['ordered 180 days ago', [bought(180)], [0]],
    ['ordered 170 days ago', [bought(170)], [10]],
    ['never ordered', [looked(300)], []],
  ],
  'discount-hunters': [
    [
      'two orders, both with a coupon',
      [bought(20, 10, { coupon: 'A' }), bought(11, 10, { coupon: 'B' })],
      [0, 345],
    ],
    [
      'two of four at a discount',
      [bought(9, 10, { discount: 5 }), bought(8), bought(7), bought(6, 9, { discount: 1 })],
      [0, 356],
    ],
    [
      'two of five, until one of the others is a year ago',
      [...[9, 8, 7].map((day) => bought(day)), bought(6, 9, { coupon: 'A' }), bought(5, 9, { coupon: 'A' })],
      [356, 359],
    ],
    [
      'one with a coupon, one at a discount',
      [bought(20, 9, { coupon: 'A' }), bought(1, 9, { discount: '1.50' })],
      [0, 345],
    ],
    [
      'one order, reported twice',
      [
        bought(20, 9, { order_id: 'twice', coupon: 'A' }),
        bought(19, 9, { order_id: 'twice', coupon: 'A' }),
        bought(1),
      ],
      [],
    ],
    ['one of two', [bought(20, 10, { coupon: 'A' }), bought(1)], []],
    ['a discount of 0', [bought(20, 10, { discount: 0 }), bought(1, 10, { discount: 0 })], []],
  ],
  'high-value': [
    ['1,000 in a year', [bought(300, 400), bought(20, 600)], [0, 65]],
    ['1,000 in two years', [bought(400, 400), bought(1, 600)], []],
    [
      '1,000 of which some came back',
      [bought(5, 1_000, { order_id: 'back' }), did('Order Refunded', 1, { order_id: 'back', total: 1 })],
      [],
    ],
    ['in another currency', [bought(5, 2_000, { currency: 'JPY' })], []],
  ],
  'window-shoppers': [
    ['three looks', [looked(20), looked(2), looked(1)], [0, 10]],
    ['two looks', [looked(2), looked(1)], []],
    ['three looks and a cart', [looked(3), looked(2), looked(1), carted(10)], [20, 27]],
    ['three looks and an order', [looked(3), looked(2), looked(1), bought(1)], []],
  ],
  undecided: [
    ['put in, not ordered', [carted(3)], [0, 11]],
    ['ordered since', [carted(3), bought(2)], []],
    ['ordered before', [bought(4), carted(3)], [0, 11]],
  ],
  unhappy: [
    ['asked for help', [did('Support Requested', 2)], [0, 28]],
    ['was helped', [did('Support Requested', 2), did('Support Resolved', 1)], []],
    ['asked again', [did('Support Resolved', 3), did('Support Requested', 2)], [0, 28]],
    ['late, where deliveries are reported', late(20, 'l1'), [0, 40]],
    ['not late yet', late(5, 'l2'), [5, 55]],
    ['delivered', [...late(20, 'l3'), did('Order Delivered', 1, { order_id: 'l3' })], []],
    ['where nobody reports deliveries', [bought(20)], []],
    ['asked where the parcel is', [bought(20), did('Delivery Status Requested', 1)], [0, 29]],
    ['asked, and it is not late', [bought(2), did('Delivery Status Requested', 1)], [8, 29]],
  ],
  'expecting-order': [
    ['ordered 3 days ago', [bought(3)], [0, 7]],
    ['delivered', [bought(3, 10, { order_id: 'here' }), did('Order Delivered', 1, { order_id: 'here' })], []],
    ['cancelled', cancelled([bought(3)]), []],
  ],
  'gift-buyers': [
    ['says so', [is({ stated: { intent: 'gift' } })], [0]],
    ['says so among others', [is({ stated: { intent: ['gift', 'sale'] } })], [0]],
    ['is thought to', [is({ intent: 'gift' })], []],
  ],
  'reachable-by-phone': [
    ['a number and a yes', [is({ phone: '+49 421 123456' }, said('sms', true))], [0]],
    ['a number and a no', [is({ phone: '+49 421 123456' }, said('sms', false))], []],
    ['a number', [is({ phone: '+49 421 123456' })], []],
    ['a yes', [is({ phone: 'none' }, said('sms', true))], []],
  ],
  'in-bremen': [
    ['there', [is({ region: 'bremen' })], [0]],
    ['elsewhere', [is({ region: 'oslo' })], []],
  ],
  champions: [
    ['5 orders for 500, lately', [21, 22, 23, 24, 25].map((day) => bought(day, 100)), [0, 99]],
    ['5 orders for less', [1, 2, 3, 4, 5].map((day) => bought(day, 99)), []],
    ['4 orders for more', [1, 2, 3, 4].map((day) => bought(day, 500)), []],
  ],
  'cannot-lose': [
    ['5 orders for 500, long ago', [201, 202, 203, 204, 205].map((day) => bought(day, 100)), [0]],
    ['and one lately', [1, 202, 203, 204, 205].map((day) => bought(day, 100)), [179]],
  ],
};

/** An order of long ago that was delivered, and one of so many days ago that was not. */
function late(daysAgo: number, id: string): Done[] {
  return [
    bought(300, 10, { order_id: `${id}-before` }),
    did('Order Delivered', 295, { order_id: `${id}-before` }),
    bought(daysAgo, 10, { order_id: id }),
  ];
}

/** The last of them is cancelled afterwards. */
function cancelled(done: Done[]): Done[] {
  const last = done.at(-1)!('').properties!['order_id'];
  return [...done, did('Order Cancelled', 0, { order_id: last })];
}

const people = Object.entries(tables).flatMap(([segment, rows]) =>
  rows.map(([what, done, days]) => ({ segment, id: `${segment}: ${what}`, done, days })),
);
const isIn = ([from, to]: Days, day: number) =>
  from !== undefined && day >= from && (to === undefined || day < to);

let database: TestDatabase;
let shop: ReturnType<typeof routingOver>;

beforeAll(async () => {
  database = await testDatabase();
  shop = routingOver(database.sql, [], today, [], indexSegments(segments, personas));
  await shop.accept(...people.flatMap(({ id, done }) => done.map((one) => one(id))));
  let routed = await shop.route();
  while (routed.kind === 'routed' && routed.events > 0) routed = await shop.route();
});
afterAll(() => database[Symbol.asyncDispose]());

test('every segment has its table', () => {
  expect(Object.keys(tables).sort()).toEqual(segments.map(({ name }) => name).sort());
});

test('the README lists them, each in a row of its own', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, section] = readme.split('## Segments and personas');
  const rows = [...section!.split('\n## ')[0]!.matchAll(/^\| `([\w-]+)` +\|/gm)].map(([, name]) => name);
  expect(rows).toEqual(expect.arrayContaining(segments.map(({ name }) => name)));
});

test('everybody has the first persona whose segment they are in, and each of the sixteen is somebody', async () => {
  const customers = await database.sql<
    { id: string; persona: string | null }[]
  >`select id, persona from customers`;
  const membersOfEach = await Promise.all(
    personas.segments.map(async ({ name }) => {
      const members = await listMembers(database.sql, name, { after: null, limit: bounds.pageItems });
      return [name, new Set(members.map(({ id }) => id))] as const;
    }),
  );
  const members = new Map<string, Set<string>>(membersOfEach);
  for (const { id, persona } of customers) {
    const expected = personaOf(personas, (segment) => members.get(segment)!.has(id));
    expect(persona ?? personas.otherwise).toBe(expected);
  }
  const met = new Set(customers.map(({ persona }) => persona ?? personas.otherwise));
  expect([...met].sort()).toEqual(personaNames(personas).sort());
});

test('the scores of each customer are those that the predicates ask for', async () => {
  const now = shop.clock.now();
  const everybody = await database.sql<{ id: string }[]>`select id from customers`;
  const scores = new Map<string, Scores | null>();
  for (const { id } of everybody)
    scores.set(id, scoresOf(await orderTotals(database.sql, id, shopCurrency()), now));
  const idsWhere = (isMeant: (of: Scores) => boolean) =>
    [...scores].flatMap(([id, of]) => (of !== null && isMeant(of) ? [id] : [])).sort();
  const found = async (predicate: Predicate) =>
    [...(await membersOf(database.sql, predicate, { who: 'everybody', now }))].sort();
  for (const score of [1, 2, 3, 4, 5] as const) {
    expect(await found(recencyAtLeast(score))).toEqual(idsWhere(({ recency }) => recency >= score));
    expect(await found(frequencyAtLeast(score))).toEqual(idsWhere(({ frequency }) => frequency >= score));
    expect(await found(monetaryAtLeast(score))).toEqual(idsWhere(({ monetary }) => monetary >= score));
    expect(await found(recencyAtMost(score))).toEqual(idsWhere(({ recency }) => recency <= score));
  }
  // None is left out, nor are those without.
  for (const one of ['recency', 'monetary'] as const)
    expect(new Set([...scores.values()].map((of) => of?.[one])).size).toBe(6);
});

/** The days on which a table has something change, and the moment before each. */
const changesOf = (segment: string): number[] =>
  people
    .filter((one) => one.segment === segment)
    .flatMap(({ days }) => days.filter((day) => day > 0).flatMap((day) => [day - 0.001, day]));
const allChanges = [...new Set(people.flatMap(({ segment }) => changesOf(segment)))].sort((a, b) => a - b);

test.each([0, ...allChanges])('on day %d the segments have the members of their tables', async (day) => {
  shop.moveTo(dayAt(day));
  for (let isMore = true; isMore;) {
    const turn = await takeDueTurn(shop.context, [lookAtDueMemberships]);
    expect(turn.errors).toEqual([]);
    isMore = turn.isMore;
  }
  const changing = segments.filter(({ name }) => day === 0 || changesOf(name).includes(day));
  for (const { name, where } of changing) {
    const kept = await listMembers(database.sql, name, { after: null, limit: bounds.pageItems });
    const among = kept.flatMap(({ userIds }) => userIds).filter((id) => id.startsWith(`${name}: `));
    const expected = people.filter((one) => one.segment === name && isIn(one.days, day));
    expect(among.sort()).toEqual(expected.map(({ id }) => id).sort());
    // Whoever is in it by what the tables of others say is in it both ways.
    const found = await membersOf(database.sql, where, { who: 'everybody', now: shop.clock.now() });
    expect(kept.map(({ id }) => id)).toEqual([...found].sort());
  }
});

test("the thresholds are in the shop's currency, and another one makes another definition", () => {
  const definition = () =>
    indexSegments(segments, personas).segments.find(({ name }) => name === 'high-value')!.definition;
  const before = definition();
  countInCurrency('EUR');
  try {
    expect(JSON.stringify(monetaryAtLeast(5))).toContain('"currency":"EUR"');
    expect(sentence(monetaryAtLeast(5))).toContain('EUR');
    expect(definition()).not.toBe(before);
  } finally {
    countInCurrency('USD');
  }
  expect(definition()).toBe(before);
});
