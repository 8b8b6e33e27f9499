import { afterAll, expect, test } from 'vitest';
import { evaluate } from '../../src/db/queries/evaluate-predicate.ts';
import { products, settings } from '../../src/db/schema/index.ts';
import { audience } from '../../src/define/audience.ts';
import { event } from '../../src/define/event.ts';
import {
  all,
  above,
  any,
  bought,
  consented,
  did,
  firstDid,
  hasOpenOrder,
  hasPersona,
  inSegment,
  interestedIn,
  lastOrdered,
  not,
  ordered,
  reachable,
  refused,
  spent,
  stated,
  sumOf,
  trait,
  wasDelivered,
  type Predicate,
} from '../../src/define/predicate.ts';
import { segment } from '../../src/define/segment.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { productAdded } from '../../src/events/product-added.ts';
import { productViewed } from '../../src/events/product-viewed.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';

/** The clock of all these: noon in London, where it is summer time. */
const noon = '2026-05-10T12:00:00.000Z';

const order = (userId: string, at: string, more: Record<string, unknown> = {}): GivenEvent => ({
  ...{ name: 'Order Completed', userId, at },
  properties: { order_id: `${userId}-${at}`, total: 100, currency: 'EUR', ...more },
});
const view = (
  userId: string,
  at: string,
  properties: Record<string, unknown> = { sku: 'A' },
): GivenEvent => ({
  ...{ name: 'Product Viewed', userId, at, properties },
});
const add = (userId: string, at: string): GivenEvent => ({ ...view(userId, at), name: 'Product Added' });
const is = (userId: string, traits: Record<string, unknown>): GivenEvent => ({
  ...{ kind: 'identify', userId, traits },
});
const says = (userId: string, channels: Record<string, boolean>, at: string): GivenEvent => ({
  ...{ kind: 'identify', userId, at, context: { consent: { channels } } },
});
const about = (orderId: string, name: string, userId: string, at: string): GivenEvent => ({
  ...{ name, userId, at, properties: { order_id: orderId, currency: 'EUR' } },
});

const buyers = segment('buyers', ordered());
const lookers = segment('lookers', did(productViewed));
const personas = { segments: [buyers, lookers], otherwise: 'nobody-yet' } as const;
const viewersOf = audience('viewers-of', ({ sku }: { sku: string }) => interestedIn({ sku }));
const earned = event<{ points: number }>('Points Earned');

/** What happened, what is asked at noon, and of whom it holds. */
const table: [string, GivenEvent[], Predicate, string[]][] = [
  [
    'what was done exactly a span ago is out of it',
    [view('out', '2026-05-03T12:00:00.000Z'), view('in', '2026-05-03T12:00:00.001Z')],
    did(productViewed).within('7 days'),
    ['in'],
  ],
  [
    'and is longer ago than it',
    [view('out', '2026-05-03T12:00:00.001Z'), view('in', '2026-05-03T12:00:00.000Z')],
    did(productViewed).longerAgoThan('7 days'),
    ['in'],
  ],
  [
    'counted, with properties',
    [
      ...[
        view('two', '2026-05-01', { sku: 'A', price: 11 }),
        view('two', '2026-05-02', { sku: 'A', price: 30 }),
      ],
      ...[
        view('one', '2026-05-01', { sku: 'A', price: 11 }),
        view('one', '2026-05-02', { sku: 'A', price: '30' }),
      ],
    ],
    did(event<{ price: number }>('Product Viewed'))
      .with({ price: above(10) })
      .atLeast(2),
    ['two'],
  ],
  [
    'the first time',
    [view('old', '2026-03-01'), view('old', '2026-05-09'), view('new', '2026-05-08')],
    firstDid(productViewed).within('30 days'),
    ['new'],
  ],
  [
    'lapsed: the last order is long ago, cancelled ones are none',
    [
      ...[order('lapsed', '2026-01-01'), order('lapsed', '2026-05-01', { order_id: 'x' })],
      ...[about('x', 'Order Cancelled', 'lapsed', '2026-05-02'), order('active', '2026-05-01')],
    ],
    lastOrdered().longerAgoThan('90 days'),
    ['lapsed'],
  ],
  [
    'then, in a span; of one time it is the order in which they came that counts',
    [
      ...[view('in-time', '2026-05-01T10:00:00Z'), add('in-time', '2026-05-01T11:00:00Z')],
      ...[view('late', '2026-05-01T10:00:00Z'), add('late', '2026-05-01T11:00:00.001Z')],
      ...[view('same', '2026-05-01T10:00:00Z'), add('same', '2026-05-01T10:00:00Z')],
      ...[add('before', '2026-05-01T10:00:00Z'), view('before', '2026-05-01T10:00:00Z')],
    ],
    did(productViewed).followedBy(productAdded, { within: '1 hour' }),
    ['in-time', 'same'],
  ],
  [
    'not followed: only once the time for it is over',
    [
      ...[add('ordered', '2026-05-08T10:00:00Z'), order('ordered', '2026-05-08T12:00:00Z')],
      ...[add('left', '2026-05-09T12:00:00.000Z'), add('not-yet', '2026-05-09T12:00:00.001Z')],
    ],
    did(productAdded).notFollowedBy(orderCompleted, { within: '1 day' }),
    ['left'],
  ],
  [
    'never followed: the last of it came after, also of one time',
    [
      ...[add('ordered', '2026-05-09T10:00:00Z'), order('ordered', '2026-05-09T10:00:00Z')],
      ...[order('left', '2026-05-09T10:00:00Z'), add('left', '2026-05-09T10:00:00Z')],
      ...[order('again', '2026-05-08T10:00:00Z'), add('again', '2026-05-09T10:00:00Z')],
    ],
    did(productAdded).within('30 days').notFollowedBy(orderCompleted),
    ['again', 'left'],
  ],
  [
    'summed; what is no number counts nothing',
    [
      ...[5, 6, 'many'].map((points) => ({ name: 'Points Earned', userId: 'much', properties: { points } })),
      { name: 'Points Earned', userId: 'little', properties: { points: 10 } },
    ],
    sumOf(earned, 'points').above(10),
    ['much'],
  ],
  [
    'revenue of one currency, less refunds, never added across',
    [
      ...[order('enough', '2026-05-01'), order('enough', '2026-05-02')],
      ...[order('mixed', '2026-05-01'), order('mixed', '2026-05-02', { currency: 'USD' })],
      ...[order('back', '2026-05-01'), order('back', '2026-05-02', { order_id: 'b' })],
      about('b', 'Order Refunded', 'back', '2026-05-03'),
    ],
    spent('EUR').atLeast(200),
    ['enough'],
  ],
  [
    'a refund of an unknown order is no order',
    [about('unknown', 'Order Refunded', 'u', '2026-05-03'), order('buyer', '2026-05-01')],
    ordered(),
    ['buyer'],
  ],
  [
    'still to be delivered',
    [
      ...[
        order('waits', '2026-05-01', { order_id: 'w' }),
        about('w', 'Order Shipped', 'waits', '2026-05-02'),
      ],
      ...[order('has', '2026-05-01', { order_id: 'h' }), about('h', 'Order Delivered', 'has', '2026-05-02')],
      order('fresh', '2026-05-09'),
    ],
    hasOpenOrder().longerAgoThan('7 days'),
    ['waits'],
  ],
  [
    'delivered lately, however long ago it was ordered',
    [order('has', '2026-03-01', { order_id: 'h' }), about('h', 'Order Delivered', 'has', '2026-05-09')],
    wasDelivered().within('3 days'),
    ['has'],
  ],
  [
    'interest in a category, by the event, or by the catalogue',
    [
      ...[view('says', '2026-05-01', { category: 'skis' }), view('knows', '2026-05-01', { sku: 'A' })],
      ...[
        view('by-id', '2026-05-01', { product_id: 'P' }),
        view('other', '2026-05-01', { sku: 'A', category: 'boots' }),
      ],
    ],
    interestedIn({ category: 'skis' }),
    ['by-id', 'knows', 'says'],
  ],
  [
    'interest in a topic: looked at, or stated; what was only observed is not stated',
    [
      ...[view('looked', '2026-05-01', { topic: 'snow' }), is('stated', { stated: { interests: ['snow'] } })],
      is('observed', { interests: ['snow'] }),
    ],
    interestedIn({ topic: 'snow' }),
    ['looked', 'stated'],
  ],
  [
    'bought something of a category',
    [
      order('skier', '2026-05-01', { products: [{ sku: 'A' }] }),
      order('other', '2026-05-01', { products: [{ sku: 'X' }] }),
    ],
    bought({ category: 'skis' }),
    ['skier'],
  ],
  [
    'an audience with its parameter',
    [view('a', '2026-05-01', { sku: 'A' }), view('b', '2026-05-01', { sku: 'B' })],
    viewersOf.where({ sku: 'B' }),
    ['b'],
  ],
  [
    'traits: of a set, above, stated only',
    [
      ...[
        is('yes', { country: 'DE', points: 7, stated: { size: 'M' } }),
        is('low', { country: 'DE', points: 3, stated: { size: 'M' } }),
      ],
      ...[
        is('abroad', { country: 'FR', points: 7, stated: { size: 'M' } }),
        is('unsaid', { country: 'AT', points: 7, size: 'M' }),
      ],
    ],
    all(trait('country').isOneOf('DE', 'AT'), trait('points').above(5), stated('size').is('M')),
    ['yes'],
  ],
  [
    'an anniversary is today',
    [
      is('now', { birthday: '1988-05-10', timezone: 'Europe/London' }),
      is('not', { birthday: '1988-05-11', timezone: 'Europe/London' }),
    ],
    trait('birthday').isAnniversary(),
    ['now'],
  ],
  [
    'today is the day of the own zone, else of the shop',
    [
      is('kiritimati', { due: '2026-05-11', timezone: 'Pacific/Kiritimati' }),
      ...[
        is('london', { due: '2026-05-10', timezone: 'Europe/London' }),
        is('shop', { due: '2026-05-11', timezone: 'nowhere' }),
      ],
      is('london-later', { due: '2026-05-11', timezone: 'Europe/London' }),
    ],
    trait('due').isToday(),
    ['kiritimati', 'london', 'shop'],
  ],
  [
    'consent: the newer word, and a refusal of the channel over what was granted before it',
    [
      ...[says('yes', { email: false }, '2026-05-01'), says('yes', { email: true }, '2026-05-02')],
      ...[
        says('covered', { 'email:news': true }, '2026-05-01'),
        says('covered', { email: false }, '2026-05-02'),
      ],
      says('never', { sms: true }, '2026-05-01'),
    ],
    consented('email', 'news'),
    ['yes'],
  ],
  [
    'refused is said; never asked is not',
    [says('no', { email: false }, '2026-05-01'), is('never', { country: 'DE' })],
    refused('email'),
    ['no'],
  ],
  [
    'reachable by an address',
    [
      is('yes', { email: 'ada@example.test' }),
      is('no', { email: 'ada at home' }),
      is('phone', { phone: '+14155550123' }),
    ],
    any(reachable('email'), reachable('sms')),
    ['phone', 'yes'],
  ],
  [
    'in a segment and not in another',
    [view('looker', '2026-05-01'), view('buyer', '2026-05-01'), order('buyer', '2026-05-02')],
    all(inSegment(lookers), not(inSegment(buyers))),
    ['looker'],
  ],
  [
    'a persona is the first that fits',
    [
      view('both', '2026-05-01'),
      order('both', '2026-05-02'),
      view('looks', '2026-05-01'),
      is('new', { country: 'DE' }),
    ],
    any(hasPersona(personas, 'lookers'), hasPersona(personas, 'nobody-yet')),
    ['looks', 'new'],
  ],
  [
    'what a visitor did counts once they are known',
    [
      { name: 'Product Viewed', anonymousId: 'a', at: '2026-05-01', properties: {} },
      { kind: 'identify', anonymousId: 'a', userId: 'u', traits: {} },
      view('u', '2026-05-02'),
    ],
    did(productViewed).exactly(2),
    ['u'],
  ],
];

let shared: Promise<TestDatabase> | undefined;
afterAll(async () => (await shared)?.[Symbol.asyncDispose]());

/** One database for all rows, emptied between them: to make one takes longer than to fill it. */
async function shopWith(events: GivenEvent[]) {
  const database = await (shared ??= testDatabase());
  await database.sql`truncate customers, customer_ids, customer_events, events, unrouted, orders, order_lines, consents,
    carts, products, settings`;
  const at = new Date(noon);
  const product = { title: 't', priceMinor: 1, currency: 'EUR', substitutes: [], reviews: [], updatedAt: at };
  await database.db.insert(products).values({ ...product, sku: 'A', productId: 'P', category: 'skis' });
  await database.db.insert(settings).values({ scope: 'shop', value: { timezone: 'Pacific/Auckland' }, at });
  const routing = routingOver(database.sql, [], noon);
  await routing.acceptAndRoute(...events);
  return database.sql;
}

test.each(table)('%s', async (_, events, predicate, expected) => {
  const sql = await shopWith(events);
  const rows = await evaluate(sql, predicate, { who: 'everybody', now: new Date(noon) });
  const names = await sql<{ id: string; name: string }[]>`
    select customer_id as id, external_id as name from customer_ids where kind = 'user'`;
  const members = rows.filter(({ holds }) => holds).map(({ customerId }) => customerId);
  expect(members.map((member) => names.find(({ id }) => id === member)?.name).sort()).toEqual(expected);
});

/** A trait, a zone, when it is asked, and when the day begins on which the answer changes. */
const changes: [string, string, string, string][] = [
  ['1988-02-29', 'UTC', '2026-02-27T12:00:00Z', '2026-02-28T00:00:00.000Z'],
  ['1988-02-29', 'UTC', '2028-02-28T12:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['1988-02-29', 'UTC', '2028-02-29T12:00:00Z', '2028-03-01T00:00:00.000Z'],
  ['1988-03-29', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-28T23:00:00.000Z'],
  ['1988-03-29', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-29T22:00:00.000Z'],
  // Midnight comes twice in Havana when summer time ends, and not at all where it begins at midnight.
  ['1988-11-01', 'America/Havana', '2026-10-31T12:00:00Z', '2026-11-01T04:00:00.000Z'],
  ['1988-03-08', 'America/Havana', '2026-03-07T12:00:00Z', '2026-03-08T05:00:00.000Z'],
];

test.each(changes)(
  'an anniversary of %s in %s, asked at %s, changes at %s',
  async (date, zone, now, next) => {
    const sql = await shopWith([is('u', { birthday: date, timezone: zone })]);
    const asked = { who: 'everybody', now: new Date(now) } as const;
    const [row] = await evaluate(sql, trait('birthday').isAnniversary(), asked);
    expect(row?.nextAt?.toISOString()).toBe(next);
  },
);
