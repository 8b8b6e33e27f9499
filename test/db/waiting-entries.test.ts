import { expect, test } from 'vitest';
import { anybodyMayRiseQuery } from '../../src/db/queries/waiting-entries.ts';
import { testDatabase } from '../support/database.ts';

test('whether anybody may rise is looked up entry by entry, however much was sent of the message before', async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const runId = '0197a2b4-0000-7000-8000-000000000001';
  await sql`
    insert into waiting_entries (id, list, customer_id, sku, since, state, ended_at)
    select gen_random_uuid(), 'lookers', gen_random_uuid(), case when n % 20 = 0 then 'teapot' else 'pan' end,
      '2026-03-02'::timestamptz + n * interval '1 second', case when n % 20 = 0 then 'waiting' else 'consumed' end, null
    from generate_series(1, 20000) n`;
  await sql`
    insert into deliveries (id, run_id, wave, customer_id, name, message, entry_id, purpose, state, reason, verdicts, at)
    select gen_random_uuid(), ${runId}, 3, customer_id, 'backInStock', 'back', id, 'help',
      case sku when 'teapot' then 'withheld' else 'accepted' end,
      case sku when 'teapot' then 'no-consent' else null end, '[]', since
    from waiting_entries`;
  await sql`analyze waiting_entries, deliveries`;
  const asked = { list: 'lookers', sku: 'teapot', message: 'back', runId, wave: 3 };
  const plan = await sql<{ 'QUERY PLAN': string }[]>`explain ${anybodyMayRiseQuery(sql, asked)}`;
  const words = plan.map((row) => row['QUERY PLAN']).join('\n');
  expect(words).toMatch(/Index Cond: \(\(entry_id = e\.id\) AND \(message = 'back'::text\)\)/);
  expect(words).not.toContain('Seq Scan on deliveries');
  expect(await anybodyMayRiseQuery(sql, asked)).toEqual([{ found: false }]);
  await sql`
    update deliveries set reason = 'capped' where id = (
      select id from deliveries where state = 'withheld' order by at desc limit 1)`;
  expect(await anybodyMayRiseQuery(sql, asked)).toEqual([{ found: true }]);
});
