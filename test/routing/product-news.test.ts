import { describe, expect, test } from 'vitest';
import { dropProductsOfClosedRuns } from '../../src/db/queries/run-products.ts';
import { event } from '../../src/define/event.ts';
import type { JourneyDefinition } from '../../src/define/journey.ts';
import { price } from '../../src/define/price-crossing.ts';
import { stock } from '../../src/define/watch.ts';
import { cart } from '../../src/projections/cart.ts';
import { takeDueTurn } from '../../src/routing/due.ts';
import { indexHearers } from '../../src/routing/product-hearers.ts';
import { tellOfProducts } from '../../src/routing/tell-of-products.ts';
import { emptiedDatabase } from '../support/emptied-database.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';
import { testJourney } from '../support/test-journey.ts';
import { stocked } from '../support/watches.ts';

const database = emptiedDatabase();

const starts = event('Product Added');
const held = { starts, per: 'cart_id', holds: cart, ends: { ordered: event('Order Completed') } };
const hearing = testJourney('hearing', {
  ...held,
  hearsOf: { soldOut: stock.falls(0), cheaper: price.falls() },
});
/** It holds the same cart, and says nothing of products. */
const deaf = testJourney('deaf', held);

async function setup(journeys: JourneyDefinition[] = [hearing, deaf]) {
  const opened = await database();
  const { sql } = opened;
  const routing = routingOver(sql, journeys, '2026-05-01T12:00:00.000Z');
  return {
    ...routing,
    sql,
    tell: (limit?: number) => takeDueTurn(routing.context, [tellOfProducts], limit),
    /** What runs were told after they had begun, as `journey/cart: what, when, with what`. */
    async told() {
      const rows = await sql<Record<string, string>[]>`
        select r.name || '/' || r.key as run, d.event_name as what, d.seq, d.held, d.carries::text as carries
        from dispatches d join runs r on r.id = d.run_id where d.kind = 'event' order by r.name, r.key, d.seq`;
      return rows.map(({ run, what, carries }) => `${run} ${what} ${carries!.replaceAll('"', '')}`);
    },
    count: async (table: 'product_news' | 'run_products' | 'dispatches') => {
      const [{ n }] = (await sql`select count(*)::int as n from ${sql(table)}`) as unknown as [{ n: number }];
      return n;
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

const at = (time: string) => ({ at: `2026-05-01T${time}:00.000Z` });

const adds = (userId: string, sku: string, time: string, over: Record<string, unknown> = {}): GivenEvent => ({
  ...{ name: 'Product Added', userId, properties: { sku, cart_id: `of ${userId}`, ...over }, ...at(time) },
});
const removes = (userId: string, sku: string, time: string): GivenEvent => ({
  ...adds(userId, sku, time),
  name: 'Product Removed',
});
const costs = (sku: string, priceMinor: number, time: string, currency = 'USD'): GivenEvent => ({
  ...{ kind: 'universal', name: 'price.changed', source: 'shop', subject: sku },
  ...{ properties: { priceMinor, currency }, ...at(time) },
});

describe('a product that sells out', () => {
  test('reaches the runs whose cart has it, if their journey says so, and costs nobody else anything', async () => {
    await using it = await setup();
    await it.acceptAndRoute(stocked('pot', 5, at('09:00')), stocked('pan', 5, at('09:00')));
    await it.acceptAndRoute(adds('ann', 'pot', '09:10'), adds('bob', 'pan', '09:10'));
    const before = await it.count('dispatches');
    await it.acceptAndRoute(stocked('pot', 3, at('09:20')), stocked('cup', 0, at('09:20')));
    expect(await it.tell()).toMatchObject({ dispatches: 0 });
    expect(await it.count('product_news'), 'no crossing, nothing owed').toBe(0);
    await it.acceptAndRoute(stocked('pot', 0, at('09:30')));
    expect(await it.tell()).toMatchObject({ dispatches: 1, isMore: false, errors: [] });
    expect(await it.told()).toEqual(['hearing/of ann soldOut {sku: pot, units: 0}']);
    expect(await it.count('dispatches')).toBe(before + 1);
    expect(await it.count('product_news')).toBe(0);
    const [run] =
      await it.sql`select last_seq, last_activity_at from runs where name = 'hearing' and key = 'of ann'`;
    expect(run, 'it is no activity of the cart').toEqual({
      last_seq: 1,
      last_activity_at: new Date('2026-05-01T09:10:00Z'),
    });
  });

  test('in one batch with the run it concerns: by the order of the events', async () => {
    await using it = await setup();
    await it.acceptAndRoute(
      stocked('pot', 5, at('09:00')),
      adds('ann', 'pot', '09:10'),
      stocked('pot', 0, at('09:20')),
      adds('late', 'pot', '09:30'),
    );
    await it.tell();
    const once = (who: string) => `hearing/of ${who} soldOut {sku: pot, units: 0}`;
    expect(await it.told(), 'it was put there before').toEqual([once('ann')]);
    await it.acceptAndRoute(stocked('pot', 5, at('10:00')), adds('bob', 'pot', '10:10'));
    await it.acceptAndRoute(
      adds('cid', 'pot', '10:20'),
      stocked('pot', 0, at('10:30')),
      adds('dan', 'pot', '10:40'),
    );
    await it.tell();
    expect(await it.told()).toEqual(['ann', 'ann', 'bob', 'cid', 'late'].map(once));
  });

  test('is told to nobody when it is back before they could be told, nor to whom has taken it out', async () => {
    await using it = await setup();
    await it.acceptAndRoute(
      stocked('pot', 5, at('09:00')),
      adds('ann', 'pot', '09:10'),
      adds('ann', 'pan', '09:10'),
    );
    await it.acceptAndRoute(stocked('pot', 0, at('09:30')));
    await it.acceptAndRoute(stocked('pot', 2, at('09:40')));
    await it.tell();
    expect(await it.told()).toEqual([]);
    await it.acceptAndRoute(stocked('pot', 0, at('09:50')), removes('ann', 'pot', '09:51'));
    await it.tell();
    expect(await it.told()).toEqual([]);
    expect(await it.count('run_products'), 'and it is not looked for there again').toBe(1);
    // It flickers within one batch: nothing has changed.
    await it.acceptAndRoute(stocked('pot', 2, at('09:55')), adds('ann', 'pot', '09:56'));
    await it.acceptAndRoute(stocked('pot', 0, at('09:57')), stocked('pot', 2, at('09:58')));
    await it.tell();
    expect(await it.told()).toEqual([]);
  });

  test('is found by its product id, and by who were one customer all along', async () => {
    await using it = await setup();
    await it.sql`
      insert into products (sku, product_id, title, price_minor, currency, substitutes, reviews, updated_at)
      values ('pot', 'p-9', 'Pot', 3000, 'USD', '{}', '[]', ${it.clock.now()})`;
    await it.acceptAndRoute(
      stocked('pot', 5, at('09:00')),
      { ...adds('ann', '', '09:10'), properties: { product_id: 'p-9', cart_id: 'of ann' } },
      { name: 'Product Added', anonymousId: 'a1', properties: { sku: 'pot', cart_id: 'c1' }, ...at('09:10') },
    );
    await it.acceptAndRoute({ kind: 'identify', userId: 'bob', anonymousId: 'a1', ...at('09:20') });
    await it.acceptAndRoute(stocked('pot', 0, at('09:30')));
    await it.tell();
    expect(await it.told()).toEqual([
      'hearing/c1 soldOut {sku: pot, units: 0}',
      'hearing/of ann soldOut {sku: pot, units: 0}',
    ]);
  });
});

describe('a product that becomes cheaper', () => {
  test('by the price in force; told with what it costs now', async () => {
    await using it = await setup();
    await it.acceptAndRoute(costs('pot', 3000, '09:00'), adds('ann', 'pot', '09:10'));
    await it.acceptAndRoute(costs('pot', 3000, '09:20'));
    await it.acceptAndRoute(costs('pot', 2000, '09:25', 'EUR'));
    await it.acceptAndRoute(costs('pot', 3500, '09:30'));
    await it.tell();
    expect(await it.told(), 'the same, another currency, dearer').toEqual([]);
    await it.acceptAndRoute(costs('pot', 2900, '09:40'));
    await it.acceptAndRoute(costs('pot', 2500, '09:15'));
    await it.acceptAndRoute(costs('pot', 2800, '09:50'));
    await it.tell();
    expect(await it.told(), 'two falls that were not told yet are one').toEqual([
      'hearing/of ann cheaper {sku: pot, currency: USD, priceMinor: 2800}',
    ]);
    await it.acceptAndRoute(costs('pot', 2700, '10:00'));
    await it.tell();
    await it.acceptAndRoute(costs('pot', 2600, '10:10'));
    await it.acceptAndRoute(costs('pot', 3600, '10:20'));
    await it.tell();
    expect(await it.told(), 'the last fall was over again').toHaveLength(2);
  });

  test.each([
    [
      'two falls',
      [costs('pot', 2900, '09:20'), costs('pot', 2800, '09:30')],
      ['cheaper {sku: pot, currency: USD, priceMinor: 2800}'],
    ],
    [
      'a rise and a fall',
      [costs('pot', 3500, '09:20'), costs('pot', 3200, '09:30')],
      ['cheaper {sku: pot, currency: USD, priceMinor: 3200}'],
    ],
    ['a fall and a rise', [costs('pot', 2900, '09:20'), costs('pot', 3200, '09:30')], []],
    [
      'back and sold out',
      [stocked('pot', 2, at('09:20')), stocked('pot', 0, at('09:30'))],
      ['soldOut {sku: pot, units: 0}'],
    ],
  ])('%s are the same in one batch as one by one', async (_, events, expected) => {
    for (const together of [true, false]) {
      await using it = await setup([hearing]);
      await it.acceptAndRoute(
        costs('pot', 3000, '09:00'),
        stocked('pot', 0, at('09:00')),
        adds('ann', 'pot', '09:10'),
      );
      if (together) await it.acceptAndRoute(...events);
      else for (const one of events) await it.acceptAndRoute(one);
      await it.tell();
      expect(await it.told()).toEqual(expected.map((told) => `hearing/of ann ${told}`));
    }
  });

  test('is not cheaper for whose cart says less already', async () => {
    await using it = await setup();
    await it.acceptAndRoute(
      costs('pot', 3000, '09:00'),
      adds('ann', 'pot', '09:10', { price: 19.99, currency: 'USD' }),
      adds('bob', 'pot', '09:10', { price: 29.99, currency: 'USD' }),
      adds('cid', 'pot', '09:10', { price: 5, currency: 'EUR' }),
    );
    await it.acceptAndRoute(costs('pot', 2500, '09:30'));
    await it.tell();
    expect(await it.told()).toEqual(
      ['bob', 'cid'].map((who) => `hearing/of ${who} cheaper {sku: pot, currency: USD, priceMinor: 2500}`),
    );
  });
});

describe('many carts', () => {
  const people = Array.from({ length: 7 }, (_, n) => `u${n}`);

  test('are told in slices, each run once, also when a new crossing comes in between', async () => {
    await using it = await setup([hearing]);
    await it.acceptAndRoute(costs('pot', 3000, '09:00'), ...people.map((one) => adds(one, 'pot', '09:10')));
    await it.acceptAndRoute(costs('pot', 2900, '09:20'));
    expect(await it.tell(3)).toMatchObject({ dispatches: 3, isMore: true });
    await it.acceptAndRoute(costs('pot', 2800, '09:30'));
    await it.acceptAndRoute(costs('pot', 2700, '09:40'));
    for (let more = true; more;) more = (await it.tell(3)).isMore;
    const told = await it.told();
    const times = people.map((one) => told.filter((line) => line.includes(`of ${one} `)).length);
    expect(times, 'the news under way ends with the newest price, and what came since is told once').toEqual(
      people.map(() => 2),
    );
    expect(told.filter((line) => line.includes('2700')).length).toBe(2 * people.length - 3);
    expect(await it.count('product_news')).toBe(0);
  });

  test.each([1, 2])('a run that gets the product by a merge after %i slices is told once', async (slices) => {
    await using it = await setup([hearing]);
    const first = adds('ann', 'pan', '09:05', { cart_id: 'shared' });
    await it.acceptAndRoute(stocked('pot', 5, at('09:00')), first, adds('u0', 'pot', '09:10'));
    await it.acceptAndRoute(adds('bob', 'pot', '09:10', { cart_id: 'shared' }), adds('u1', 'pot', '09:10'));
    await it.acceptAndRoute(stocked('pot', 0, at('09:30')));
    for (let slice = 0; slice < slices; slice += 1) await it.tell(1);
    await it.acceptAndRoute({ kind: 'alias', userId: 'ann', previousId: 'bob', admin: true, ...at('09:40') });
    for (let more = true; more;) more = (await it.tell(1)).isMore;
    const rows = await it.sql<{ key: string; times: number }[]>`
      select r.key, (select count(*) from dispatches d where d.run_id = r.id and d.kind = 'event')::int as times
      from runs r where r.state = 'open' order by r.key`;
    expect(rows.map(({ key, times }) => `${key} ${times}`)).toEqual(['of u0 1', 'of u1 1', 'shared 1']);
    expect(await it.count('product_news')).toBe(0);
  });

  test('that are over cost nothing more', async () => {
    await using it = await setup([hearing]);
    await it.acceptAndRoute(
      stocked('pot', 3, at('09:00')),
      adds('ann', 'pot', '09:10'),
      adds('bob', 'pot', '09:10'),
    );
    expect(await it.count('run_products')).toBe(2);
    await it.acceptAndRoute({
      ...{ name: 'Order Completed', userId: 'ann', ...at('09:20') },
      properties: { order_id: 'o1', cart_id: 'of ann' },
    });
    expect(await dropProductsOfClosedRuns(it.sql)).toBe(1);
    await it.acceptAndRoute(stocked('pot', 0, at('09:30')));
    await it.tell();
    expect(await it.told()).toEqual(['hearing/of bob soldOut {sku: pot, units: 0}']);
  });
});

test('where no journey hears of products nothing is kept', async () => {
  await using it = await setup([deaf]);
  await it.acceptAndRoute(stocked('pot', 5, at('09:00')), adds('ann', 'pot', '09:10'));
  await it.acceptAndRoute(stocked('pot', 0, at('09:30')));
  expect([await it.count('run_products'), await it.count('product_news')]).toEqual([0, 0]);
});

test('a run in flight hears what its own version hears of, under the name that its code uses', async () => {
  const v2 = { ...hearing, version: 2, hearsOf: { gone: stock.falls(0) } };
  await using it = await setup([hearing]);
  const { context } = it;
  context.hearers = indexHearers([hearing, v2]);
  await it.acceptAndRoute(
    stocked('pot', 5, at('09:00')),
    adds('ann', 'pot', '09:10'),
    adds('bob', 'pot', '09:10'),
  );
  await it.sql`update runs set version = 2 where key = 'of bob'`;
  await it.acceptAndRoute(stocked('pot', 0, at('09:30')));
  await it.tell();
  expect(await it.told()).toEqual([
    'hearing/of ann soldOut {sku: pot, units: 0}',
    'hearing/of bob gone {sku: pot, units: 0}',
  ]);
});
