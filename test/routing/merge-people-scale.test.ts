import postgres from 'postgres';
import { expect, test } from 'vitest';
import { abandonedCart } from '../support/abandoned-cart.ts';
import { testDatabase } from '../support/database.ts';
import { routingOver, type GivenEvent } from '../support/routing.ts';

/** Routing over a connection that notes every statement it is asked for. */
async function setup() {
  const database = await testDatabase();
  const asked: { query: string; parameters: unknown[] }[] = [];
  const sql = postgres(database.url, {
    max: 1,
    onnotice: () => {},
    debug: (_, query, parameters) => asked.push({ query, parameters }),
  });
  const routing = routingOver(sql, [abandonedCart]);
  return {
    ...routing,
    sql,
    /** What is asked while so many visitors are joined to users: carts, runs and consents on both sides. */
    async merges(of: string, count: number) {
      const names = Array.from({ length: count }, (_, i) => `${of}${i}`);
      await routing.acceptAndRoute(...names.flatMap(before));
      await routing.accept(...names.map((name) => ({ ...joined, userId: name, anonymousId: name })));
      asked.length = 0;
      await routing.route();
      return [...asked];
    },
    async [Symbol.asyncDispose]() {
      await sql.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

const joined: GivenEvent = { kind: 'identify' };
const before = (name: string): GivenEvent[] =>
  [{ userId: name }, { anonymousId: name }].flatMap((ids, place) => [
    { name: 'Product Added', ...ids, properties: { cart_id: name, product_id: 'p' } },
    { kind: 'identify', ...ids, context: { consent: { channels: { email: place === 0 } } } },
  ]);

test('a batch of many merges costs as many statements as one of a few', async () => {
  await using it = await setup();
  const few = await it.merges('few', 2);
  const many = await it.merges('many', 60);
  expect(await it.sql`select from customers where merged_into is null`).toHaveLength(62);
  expect(await it.sql`select from runs where outcome = 'merged'`).toHaveLength(62);
  expect(many.map(({ query }) => query)).toEqual(few.map(({ query }) => query));
  expect(few.length).toBeLessThan(60);
});

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Cond'?: string;
  Plans?: Plan[];
}

/** Where a plan reads a whole table, by its rows or by an index without a condition. */
function wholeReads(plan: Plan, large: readonly string[]): string[] {
  const isWhole = /^(Seq|Index|Index Only) Scan$/.test(plan['Node Type']) && plan['Index Cond'] === undefined;
  const own = isWhole && large.includes(plan['Relation Name'] ?? '') ? [plan['Relation Name']!] : [];
  return [...own, ...(plan.Plans ?? []).flatMap((child) => wholeReads(child, large))];
}

test('in tables that were filled and never analysed, every statement finds its rows by their keys', async () => {
  await using it = await setup();
  const { sql } = it;
  const filled = {
    customer_ids: "kind, external_id, customer_id, at) select 'user', 'f-' || id, id, created_at",
    customer_events: 'seq, customer_id, occurred_at) select 1e9 + row_number() over (), id, created_at',
    consents:
      "id, customer_id, channel, state, source, at) select id, id, 'email', 'granted', 's', created_at",
    runs: `id, name, version, customer_id, key, n, workflow_id, first, carries, settings, opened_at, last_activity_at)
      select id, 'abandonedCart', 1, id, '', 1, id, '{"at":0}', '{}', '{}', created_at, created_at`,
    dispatches: "run_id, seq, kind, occurred_at, carries) select id, 0, 'start', created_at, '{}'",
    endings: "name, customer_id, outcome, at) select 'abandonedCart', id, 'ordered', created_at",
    deliveries: `id, run_id, customer_id, name, message, purpose, state, arm, verdicts, at)
      select id, id, id, 'abandonedCart', 'm', 'help', 'accepted', 'treated', '[]', created_at`,
    order_lines: "order_id, sku, customer_id, ordered_at) select id, 's', id, created_at",
    waiting_entries:
      "id, list, customer_id, sku, since, state) select id, 'l', id, 's', created_at, 'waiting'",
    carts: "customer_id, key, lines, last_activity_at) select id, '', '[]', created_at",
  };
  const large = ['customers', ...Object.keys(filled)];
  for (const table of large) await sql.unsafe(`alter table ${table} set (autovacuum_enabled = false)`);
  await sql`
    insert into customers (id, arm_key, created_at)
    select gen_random_uuid(), 'k', ${it.clock.now()} from generate_series(1, 20000)`;
  for (const [table, rows] of Object.entries(filled))
    await sql.unsafe(`insert into ${table} (${rows} from customers`);
  const asked = await it.merges('late', 50);
  const whole: string[] = [];
  await sql`set enable_seqscan = off`;
  for (const { query, parameters } of asked) {
    if (!/^\s*(select|with|insert|update|delete)/.test(query)) continue;
    const [row] = await sql.unsafe<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(
      `explain (format json) ${query}`,
      parameters as never[],
    );
    for (const table of wholeReads(row!['QUERY PLAN'][0].Plan, large)) whole.push(`${table}: ${query}`);
  }
  expect(whole).toEqual([]);
});
