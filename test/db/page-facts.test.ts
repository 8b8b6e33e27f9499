import { expect, test } from 'vitest';
import type { Sql } from '../../src/db/connect.ts';
import { lookUpByKey } from '../../src/db/look-up-by-key.ts';
import { pageFacts } from '../../src/db/queries/page-facts.ts';
import { testDatabase } from '../support/database.ts';

/** A line of 30,000 for a teapot, half of it told, the last of them just now; nobody has counted since it was all open. */
async function inTheMidstOfAWave(sql: Sql): Promise<void> {
  const runId = '0197a2b4-0000-7000-8000-000000000001';
  await sql`alter table deliveries set (autovacuum_enabled = false)`;
  await sql`
    insert into customers (id, arm_key, created_at)
    select gen_random_uuid(), i, '2026-01-01' from generate_series(1, 30000) i`;
  await sql`
    insert into waiting_entries (id, list, customer_id, sku, since, state)
    select gen_random_uuid(), 'lookers', id, 'teapot', '2026-03-02'::timestamptz + random() * interval '1 day', 'waiting'
    from customers`;
  await sql`
    insert into consents (id, customer_id, channel, state, source, at)
    select gen_random_uuid(), id, 'email', 'granted', 'test', '2026-01-01' from customers`;
  await sql`analyze`;
  await sql`
    insert into deliveries (id, run_id, wave, customer_id, name, message, entry_id, channel, purpose, state, verdicts, at)
    select gen_random_uuid(), ${runId}, 1, customer_id, 'backInStock', 'back', id, 'email', 'help',
      case when n > 14000 then 'intended' else 'accepted' end, '[]', '2026-03-04'
    from (select *, row_number() over () as n from waiting_entries limit 15000) e`;
}

test('a page in the midst of a wave is looked up by key: neither the whole line is read nor all that is open, by one process', async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await inTheMidstOfAWave(sql);
  const page = await sql<{ id: string; customerId: string }[]>`
    select id, customer_id as "customerId" from waiting_entries order by since, id limit 1000`;
  const plan = await sql.begin(async (tx) => {
    await lookUpByKey(tx);
    const customerIds = page.map(({ customerId }) => customerId);
    const rows = await tx<{ 'QUERY PLAN': string }[]>`explain ${pageFacts(tx, {
      ...{ entryIds: page.map(({ id }) => id), customerIds, message: 'back', channels: ['email'], topic: '' },
      addresses: customerIds.map((customerId) => ({ customerId, email: customerId, phone: null })),
      ...{ countedSince: new Date('2026-02-04'), at: new Date('2026-03-04'), segments: [], varies: false },
      relevance: {
        products: [{ sku: 'teapot', productId: null }],
        ofCart: false,
        predicates: [],
        help: false,
      },
      substitutes: { named: true, else: { sameCategory: true, priceWithin: 0.2 } },
    })}`;
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
  expect(plan).toContain('waiting_entries_pkey');
  expect(plan).not.toMatch(/waiting_entries_(?!pkey)/);
  expect(plan).toContain('deliveries_customer');
  expect(plan).not.toMatch(/deliveries_open|Gather|Seq Scan on (deliveries|customers|waiting_entries)/);
});
