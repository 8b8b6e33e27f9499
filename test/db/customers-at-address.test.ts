import { expect, test } from 'vitest';
import { customersAtAddress, customersAtAddressQuery } from '../../src/db/queries/customers-at-address.ts';
import { testDatabase } from '../support/database.ts';

test('who has an address is found along an index, the one who last got a message there first', async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await sql`
    insert into customers (id, arm_key, traits, created_at)
    select gen_random_uuid(), i, jsonb_build_object('email', jsonb_build_object('value', 'P' || i || '@Example.test '),
      'phone', jsonb_build_object('value', '+1 (415) ' || 1000000 + i)), '2026-01-01'
    from generate_series(1, 20000) i`;
  await sql`
    insert into customers (id, arm_key, traits, created_at, merged_into, erased_at)
    select gen_random_uuid(), 'twin', traits, created_at, other.id, case when other.id is null then created_at end
    from customers c cross join ((select id from customers limit 1) union all select null) other where c.arm_key = '7'`;
  await sql`
    insert into deliveries (id, run_id, customer_id, name, message, nth, purpose, channel, state, verdicts, at)
    select gen_random_uuid(), gen_random_uuid(), id, 'cart', channel || n, n, 'help', channel, state, '[]',
      timestamptz '2026-01-01' + n * interval '1 day'
    from customers, (values ('sms', 1, 'delivered'), ('email', 2, 'accepted'), ('sms', 3, 'withheld'),
      ('email', 4, 'bounced')) as d (channel, n, state) where arm_key = '7'`;
  await sql`analyze customers`;
  await sql`analyze deliveries`;
  for (const [channel, address, message, index] of [
    ['sms', '+14151000007', 'sms1', 'customers_phone'],
    ['email', 'p7@example.test', 'email4', 'customers_email'],
    ['whatsapp', '+14151000007', undefined, 'customers_phone'],
  ] as const) {
    const found = await sql.begin((tx) => customersAtAddress(tx, channel, address));
    expect([channel, found.map(({ last }) => last?.message)]).toEqual([channel, [message]]);
    const plan = await sql`explain ${customersAtAddressQuery(sql, channel, address)}`;
    expect(plan.map((line) => line['QUERY PLAN'] as string).join('\n')).toContain(index);
  }
  expect(await sql.begin((tx) => customersAtAddress(tx, 'sms', '+14159999999'))).toEqual([]);
});
