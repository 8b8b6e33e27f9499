import { expect, test } from 'vitest';
import { evaluate, evaluation } from '../../src/db/queries/evaluate-predicate.ts';
import {
  all,
  bought,
  consented,
  did,
  hasOpenOrder,
  lastOrdered,
  not,
  ordered,
  spent,
  trait,
  type Predicate,
} from '../../src/define/predicate.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { productViewed } from '../../src/events/product-viewed.ts';
import { testDatabase } from '../support/database.ts';

const now = new Date('2026-05-10T12:00:00Z');
const idOf = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

test('asked of some, nobody else answers; who was joined to another or erased never does', async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await sql`
    insert into customers (id, arm_key, created_at, merged_into, erased_at)
    select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, n::text, ${now},
      case when n = 3 then ${idOf(1)}::uuid end, case when n = 4 then ${now}::timestamptz end
    from generate_series(1, 4) n`;
  await sql`
    insert into orders (order_id, customer_id, value_minor, currency, ordered_at, reported_at)
    select n::text, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 100, 'USD', ${now}, ${now}
    from generate_series(1, 4) n where n <> 2`;
  const membersOf = async (predicate: Predicate, who: readonly string[] | 'everybody') =>
    (await evaluate(sql, predicate, { who, now })).map(({ customerId }) => customerId).sort();
  const everybody = [1, 2, 3, 4].map(idOf);
  for (const who of ['everybody', everybody] as const) {
    expect(await membersOf(ordered(), who)).toEqual([idOf(1)]);
    expect(await membersOf(not(ordered()), who)).toEqual([idOf(2)]);
    expect(await membersOf(all(ordered(), not(did(orderCompleted))), who)).toEqual([idOf(1)]);
  }
  expect(await membersOf(ordered(), [idOf(2), idOf(3)])).toEqual([]);
  expect(await membersOf(ordered(), [])).toEqual([]);
});

/** What many ask, with every table of facts among it. */
const asked: Predicate[] = [
  did(productViewed).atLeast(2).within('30 days'),
  did(productViewed).notFollowedBy(orderCompleted, { within: '1 day' }),
  all(trait('country').is('DE'), not(did(orderCompleted).within('30 days'))),
  lastOrdered().longerAgoThan('90 days'),
  all(hasOpenOrder(), spent('USD').above(100)),
  bought({ sku: 'S1' }),
  all(consented('email'), not(consented('sms', 'news'))),
];

test('one customer, and a few, are found along indexes, however many there are', async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await sql`
    insert into customers (id, arm_key, created_at)
    select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, n::text, ${now} from generate_series(1, 10000) n`;
  const owner = sql`('00000000-0000-7000-8000-' || lpad((1 + n % 10000)::text, 12, '0'))::uuid`;
  const at = sql`${now}::timestamptz - n * interval '1 minute'`;
  await sql`
    insert into customer_events (seq, customer_id, name, occurred_at, properties)
    select n, ${owner}, (array['Product Viewed', 'Order Completed'])[1 + n / 10000 % 2], ${at}, '{}' from generate_series(1, 40000) n`;
  await sql`
    insert into orders (order_id, customer_id, value_minor, currency, ordered_at, reported_at)
    select n::text, ${owner}, 100, 'USD', ${at}, ${at} from generate_series(1, 20000) n`;
  await sql`
    insert into order_lines (order_id, sku, customer_id, ordered_at)
    select n::text, 'S' || n % 100, ${owner}, ${at} from generate_series(1, 20000) n`;
  await sql`
    insert into consents (id, customer_id, channel, state, source, at)
    select gen_random_uuid(), ${owner}, 'email', 'granted', 'test', ${at} from generate_series(1, 20000) n`;
  await sql`vacuum analyze`;
  for (const predicate of asked) {
    for (const who of [[idOf(7)], [7, 77, 777].map(idOf)]) {
      const plan = await sql<Record<string, string>[]>`explain ${evaluation(sql, predicate, { who, now })}`;
      const text = plan.map((line) => line['QUERY PLAN']).join('\n');
      expect(text).not.toMatch(/Seq Scan on (customers|customer_events|orders|order_lines|consents)/);
    }
  }
});

test("everybody's newest consents come in their order from an index: a million are not sorted", async () => {
  await using database = await testDatabase();
  const plan = await database.sql.begin(async (tx) => {
    await tx`select set_config(name, 'off', true) from unnest(array['enable_seqscan', 'enable_bitmapscan', 'enable_sort', 'enable_incremental_sort']) as s (name)`;
    const asked = evaluation(tx, consented('email'), { who: 'everybody', now });
    return tx<Record<string, string>[]>`explain ${asked}`;
  });
  const text = plan.map((line) => line['QUERY PLAN']).join('\n');
  expect(text).toContain('consents_newest');
  expect(text).not.toMatch(/Sort/);
});
