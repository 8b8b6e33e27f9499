import postgres from 'postgres';
import { expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';
import { bought, looked, stocked, testWatch } from '../support/watches.ts';

/** Routing over a connection that notes every statement it is asked for. */
async function setup() {
  const database = await testDatabase();
  const asked: { query: string; parameters: unknown[] }[] = [];
  const sql = postgres(database.url, {
    max: 1,
    onnotice: () => {},
    debug: (_, query, parameters) => asked.push({ query, parameters }),
  });
  const routing = routingOver(sql, [], '2026-05-01T12:00:00.000Z', [testWatch()]);
  return {
    ...routing,
    sql,
    /** The statements of one routing of all that was accepted. */
    async statements() {
      asked.length = 0;
      await routing.route(2_000);
      return [...asked];
    },
    async [Symbol.asyncDispose]() {
      await sql.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** A bit of everything with `count` products and as many customers: sold out, looked at, bought, back. */
const bustle = (count: number): GivenEvent[] =>
  Array.from({ length: count }, (_, i) => [
    stocked(`p${i}`, 1),
    stocked(`p${i}`, 0),
    looked(`u${i}`, `p${i}`),
    looked(`v${i}`, '', { properties: { product_id: `p${i}` } }),
    bought(`u${i}`, [`p${i}`, 'other']),
    stocked(`p${i}`, 3),
  ]).flat();

test('a batch of hundreds costs as many statements as one of a few', async () => {
  await using it = await setup();
  await it.accept(...bustle(2));
  await it.statements();
  await it.accept(...bustle(3));
  const few = await it.statements();
  await it.accept(...bustle(80));
  const many = await it.statements();
  expect((await it.sql`select 1 from waiting_entries`).length).toBeGreaterThan(80);
  expect((await it.sql`select 1 from dispatches`).length).toBeGreaterThan(160);
  expect(many.map(({ query }) => query)).toEqual(few.map(({ query }) => query));
  expect(few.length).toBeLessThan(45);
});

test('a batch that reports nothing, and in which nobody buys or looks at what is sold out, looks up one thing more', async () => {
  await using it = await setup();
  await it.accept({ ...looked('u', 'p'), name: 'Product Shared' });
  const without = await it.statements();
  await it.accept(looked('u', 'p'));
  const extra = (await it.statements())
    .map(({ query }) => query)
    .filter((query) => !without.some((one) => one.query === query));
  expect(extra.length).toBe(1);
  expect(extra[0]).toContain('from stock where');
});

test('with 100,000 who wait, every statement finds its rows by an index', async () => {
  await using it = await setup();
  const { sql } = it;
  await sql`
    insert into waiting_entries (id, list, customer_id, sku, since, state)
    select gen_random_uuid(), 'viewed-while-sold-out', gen_random_uuid(), 'p' || i % 500, ${it.clock.now()},
           case when i % 4 = 0 then 'consumed' else 'waiting' end
    from generate_series(1, 100000) i`;
  await sql`
    insert into stock (sku, units, at, sold_out_at) select 'q' || i, 0, ${it.clock.now()}, ${it.clock.now()}
    from generate_series(1, 20000) i`;
  await sql`
    insert into stock_levels (sku, source, location, available, at, seq)
    select 'q' || i, 's', '', 0, ${it.clock.now()}, 0 from generate_series(1, 20000) i`;
  await sql`
    insert into order_lines (order_id, sku, customer_id, ordered_at)
    select 'o' || i, 'p' || i % 500, gen_random_uuid(), ${it.clock.now()} from generate_series(1, 20000) i`;
  await sql`
    insert into orders (order_id, customer_id, value_minor, currency, ordered_at, reported_at)
    select order_id, customer_id, 100, 'EUR', ordered_at, ordered_at from order_lines`;
  await sql`
    insert into runs (id, name, version, subject, key, n, workflow_id, first, carries, settings, opened_at, last_activity_at)
    select gen_random_uuid(), 'backInStock', 1, 'q' || i, '', 1, 'w' || i, '{}', '{}', '{}', ${it.clock.now()}, ${it.clock.now()}
    from generate_series(1, 20000) i`;
  await sql`analyze`;
  await it.accept(...bustle(50));
  const large = ['waiting_entries', 'stock', 'stock_levels', 'order_lines', 'purchases', 'runs'];
  const scans: string[] = [];
  for (const { query, parameters } of await it.statements()) {
    if (!large.some((table) => query.includes(table))) continue;
    const plan = JSON.stringify(await sql.unsafe(`explain ${query}`, parameters as never[]));
    for (const table of large) if (plan.includes(`Seq Scan on ${table} `)) scans.push(`${table}: ${query}`);
  }
  expect(scans).toEqual([]);
});
