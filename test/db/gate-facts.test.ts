import type { TransactionSql } from 'postgres';
import { beforeAll, expect, test } from 'vitest';
import { gateFacts, gateFactsQuery, gateSizes, type GateQuestion } from '../../src/db/queries/gate-facts.ts';
import { keepPlans } from '../../src/db/queries/kept-plan.ts';
import type { Sql } from '../../src/db/connect.ts';
import { countingStates, deliveryStates } from '../../src/domain/delivery.ts';
import { consented, did, not } from '../../src/define/predicate.ts';
import { orderCompleted } from '../../src/events/order-completed.ts';
import { addCustomer, addRun, startSending, type Sending } from '../support/sending.ts';

/** A shop that has been busy for a while, and a burst of events that routing has yet to take. None of this customer. */
async function fill(sql: Sql): Promise<void> {
  await sql`
    insert into customers (id, arm_key, created_at)
    select gen_random_uuid(), i, '2026-01-01' from generate_series(1, 50000) i`;
  await sql`
    insert into customer_ids (kind, external_id, customer_id, at)
    select case when arm_key like '%1' then 'user' else 'anonymous' end, arm_key, id, '2026-01-01'
    from customers where arm_key <> id::text`;
  await sql`
    insert into consents (id, customer_id, channel, state, source, at)
    select gen_random_uuid(), id, 'email', 'granted', 'test', '2026-01-01' from customers limit 30000`;
  await sql`
    insert into runs (id, name, version, customer_id, key, n, workflow_id, first, carries, settings, opened_at,
      last_activity_at)
    select gen_random_uuid(), 'cart', 1, id, '', 1, 'w' || arm_key, '{}', '{}', '{}', '2026-01-01', '2026-01-01'
    from customers limit 30000`;
  await sql`
    insert into deliveries (id, run_id, customer_id, name, message, nth, purpose, state, verdicts, at)
    select gen_random_uuid(), id, customer_id, 'cart', 'nudge', nth, 'help', 'accepted', '[]', '2026-03-01'
    from runs, generate_series(2, 4) nth`;
  await sql`
    insert into carts (customer_id, key, lines, last_activity_at)
    select id, '', '[]', '2026-01-01' from customers limit 30000`;
  await sql`
    insert into contacts (event_id, customer_id, at)
    select gen_random_uuid(), id, '2026-03-01' from customers limit 30000`;
  await sql`
    insert into onsite_streams (id, anonymous_id, opened_at, there_until)
    select gen_random_uuid(), 'a' || i, '2026-03-01', '2026-03-03' from generate_series(1, 20000) i`;
  await sql`
    insert into segments (name, definition, generation) values ('regulars', 'd', 1)`;
  await sql`
    insert into memberships (segment, generation, customer_id, is_member, since)
    select 'regulars', 1, id, true, '2026-01-01' from customers limit 30000`;
  await sql`
    insert into suppressions (id, channel, address_hash, reason, source, at)
    select gen_random_uuid(), 'email', arm_key, 'bounced', 'test', '2026-01-01' from customers limit 10000`;
  await sql`
    insert into products (sku, product_id, title, price_minor, currency, substitutes, reviews, updated_at)
    select 's' || i, 'p' || i, 'A thing', 100, 'EUR', '{}', '[]', '2026-01-01' from generate_series(1, 30000) i`;
  await sql`
    insert into push_subscriptions (id, customer_id, endpoint, keys, created_at)
    select gen_random_uuid(), id, arm_key, '{}', '2026-01-01' from customers limit 10000`;
  await sql`
    insert into stock (sku, units, at) select sku, 1, '2026-01-01' from products`;
  await sql`
    insert into orders (order_id, customer_id, value_minor, currency, ordered_at, reported_at)
    select arm_key, id, 100, 'EUR', '2026-01-01', '2026-01-01' from customers limit 30000`;
  await sql`
    insert into order_lines (order_id, sku, customer_id, ordered_at)
    select order_id, 's1', customer_id, ordered_at from orders`;
  await sql`
    insert into customer_events (seq, customer_id, name, occurred_at)
    select row_number() over (), id, case when arm_key like '%1' then 'Support Requested' else 'Order Completed' end,
      '2026-03-01' from customers limit 40000`;
  await sql`
    insert into unrouted (seq, user_id, anonymous_id)
    select i, case when i % 2 = 0 then 'u' || i end, 'a' || i from generate_series(1, 100000) i`;
}

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  Plans?: PlanNode[];
}

function scanned(node: PlanNode): string[] {
  const isWhole =
    node['Node Type'] === 'Seq Scan' || (/Index/.test(node['Node Type']) && !node['Index Cond']);
  const own = isWhole ? [node['Index Name'] ?? node['Relation Name']!] : [];
  return [...own, ...(node.Plans ?? []).flatMap(scanned)];
}

interface Explained {
  'QUERY PLAN': [{ Plan: PlanNode }];
}

/** A row for the whole shop, and one for each segment; nothing is open or held here. */
const short = ['settings', 'segments', 'deliveries_open', 'deliveries_held'];

/** What a plan of the gate's reads whole that is made now, for no values in particular, and kept. */
async function keptPlan(sql: Sql, asked: GateQuestion): Promise<string[]> {
  return sql.begin(async (tx) => {
    const { string } = await gateFactsQuery(tx, asked).describe();
    const rows = await tx.unsafe<Explained[]>(`explain (generic_plan, format json) ${string}`);
    return scanned(rows[0]!['QUERY PLAN'][0].Plan);
  });
}

const withoutPredicates = (order: GateQuestion['orders'][number]) => ({
  ...order,
  relevance: { ...order.relevance, predicates: [] },
});

let it: Sending;
let question: GateQuestion;

beforeAll(async () => {
  it = await startSending();
  const customerId = await addCustomer(it);
  const { runId } = await addRun(it, customerId);
  const counted = { since: new Date(0), longer: { journeys: [], since: new Date(0) } };
  const at = it.clock.now();
  const of = { message: 'nudge', channel: 'email', topic: '' } as const;
  const products = [
    { sku: 'teapot', productId: null },
    { sku: null, productId: 'kettle' },
  ];
  const predicates = [did(orderCompleted).atLeast(2).within('90 days'), not(consented('sms'))];
  const relevance = { products, ofCart: true, predicates, help: true };
  question = {
    ...of,
    each: false,
    counted,
    at,
    ...{ segments: ['regulars'], sizes: '' },
    varies: true,
    orders: [{ runId, customerId, nth: 1, addressHash: 'hash', relevance }],
  };
});

test('reads no table whole among 100,000 of everything, with the statistics of an empty shop or its own', async () => {
  const { sql } = it.database;
  const asked = { ...question, topic: 'news' };
  const wholeTables = async () => {
    const rows = await sql<Explained[]>`explain (format json) ${gateFactsQuery(sql, asked)}`;
    return scanned(rows[0]!['QUERY PLAN'][0].Plan);
  };
  const byKey = { ...asked, orders: asked.orders.map(withoutPredicates) };
  const whole = async () => [...(await wholeTables()), ...(await keptPlan(sql, byKey))];
  await sql.unsafe('vacuum analyze');
  await fill(sql);
  expect((await whole()).filter((table) => !short.includes(table))).toEqual([]);
  await sql.unsafe('analyze');
  expect((await whole()).filter((table) => !short.includes(table))).toEqual([]);
});

test('keeps no plan from when the shop was smaller, which would read tables whole', async () => {
  const { sql } = it.database;
  const mode = async (of: Sql | TransactionSql) => (await of`show plan_cache_mode`)[0];
  expect(await mode(sql)).toEqual({ plan_cache_mode: 'force_custom_plan' });
  const kept = () =>
    sql.begin(async (tx) => {
      const sizes = await gateSizes(tx);
      await keepPlans(tx);
      await gateFacts(tx, { ...question, orders: question.orders.map(withoutPredicates), sizes });
      const plans = await tx<{ plans: number }[]>`
        select generic_plans::int as plans from pg_prepared_statements
        where statement like ${`%/* tables of ${sizes} */%`} and statement not like '%pg_prepared_statements%'`;
      return [sizes, plans[0]?.plans];
    });
  await sql`truncate contacts`;
  const [small] = await kept();
  await sql`insert into contacts (event_id, customer_id, at)
    select gen_random_uuid(), gen_random_uuid(), '2026-03-01' from generate_series(1, 2000)`;
  const [large, plans] = await kept();
  expect(large).not.toBe(small);
  expect(plans).toBe(1);
  expect(await mode(sql)).toEqual({ plan_cache_mode: 'force_custom_plan' });
});

test('counts what the caps count: states, purposes, windows, and not itself', async () => {
  const { sql } = it.database;
  const { runId, customerId } = question.orders[0]!;
  await sql`truncate deliveries, contacts`;
  const insert = (d: { message: string; nth: number; purpose: string; state: string; at: string }) => sql`
    insert into deliveries (id, run_id, customer_id, name, message, nth, purpose, state, verdicts, at)
    values (gen_random_uuid(), ${runId}, ${customerId}, 'cart', ${d.message}, ${d.nth}, ${d.purpose}, ${d.state},
      '[]', ${d.at})`;
  const at = '2026-03-01T00:00:00Z';
  for (const [i, state] of deliveryStates.entries()) {
    await insert({ message: state, nth: i + 2, purpose: 'help', state, at });
  }
  await insert({ message: 'receipt', nth: 1, purpose: 'transactional', state: 'accepted', at });
  await insert({ message: 'old', nth: 1, purpose: 'help', state: 'accepted', at: '2026-02-01T00:00:00Z' });
  await insert({ message: 'nudge', nth: 1, purpose: 'help', state: 'intended', at });
  const lookBack = async (since: string, longer: string[]) => {
    const spans = {
      since: new Date(since),
      longer: { journeys: longer, since: new Date('2026-02-01T00:00:00Z') },
    };
    return (await sql.begin((tx) => gateFacts(tx, { ...question, counted: spans })))[0]!;
  };
  expect((await lookBack('2026-03-02T00:00:00Z', ['birthday'])).counted).toEqual([]);
  const { counted, delivery } = await lookBack('2026-03-02T00:00:00Z', ['birthday', 'cart']);
  const messages = counted.map((one) => (one.kind === 'delivery' ? one.message : one.kind));
  expect(messages.sort()).toEqual([...countingStates].sort());
  expect(counted[0]!.at).toBe(Date.parse(at));
  expect(delivery).toMatchObject({ state: 'intended', callingAt: null, at: Date.parse(at), verdicts: [] });
});
