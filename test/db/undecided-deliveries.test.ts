import { expect, test } from 'vitest';
import { intendedOf } from '../../src/db/queries/page-calls.ts';
import { channelTurnedTo } from '../../src/db/queries/turn-to-next.ts';
import { nextBehind } from '../../src/db/queries/waiting-entries.ts';
import { testDatabase } from '../support/database.ts';
import { explaining } from '../support/explaining.ts';

test('what a run has still to decide or to call is found by itself, also before PostgreSQL knows how much the run has sent', async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const runId = '0197a2b4-0000-7000-8000-000000000001';
  const deliver = (run: string, message: string, [from, to]: [number, number], state: string) =>
    sql.unsafe(`
      with made as (
        insert into deliveries (id, run_id, wave, customer_id, name, message, entry_id, channel, purpose, state, verdicts, at)
        select gen_random_uuid(), ${run}, 3, gen_random_uuid(), 'backInStock', '${message}', gen_random_uuid(), 'email',
          'help', ${state}, '[]', '2026-03-02'::timestamptz from generate_series(${from}, ${to}) n
        returning *)
      insert into waiting_entries (id, list, customer_id, sku, since, state)
      select entry_id, 'lookers', customer_id, message, at, 'waiting' from made`);
  await sql`alter table deliveries set (autovacuum_enabled = false)`;
  // As statistics may be: of a morning on which many small runs waited, and of other messages.
  await deliver(`md5((n % 500)::text)::uuid`, 'other', [1, 10_000], `'waiting'`);
  await sql`analyze deliveries`;
  await deliver(
    `'${runId}'`,
    'back',
    [1, 20_000],
    `case when n % 1000 = 0 then 'intended' else 'accepted' end`,
  );
  await sql`analyze waiting_entries`;
  const explained = explaining(sql);
  const of = { runId, message: 'back', wave: 3, list: 'lookers', sku: 'teapot', limit: 10 };
  await intendedOf(explained.sql, { ...of, channel: 'email' });
  await channelTurnedTo(explained.sql, { ...of, among: ['email', 'sms'] });
  const behind = await sql`explain ${nextBehind(sql, of, { since: null, id: null })}`;
  const plans = [...explained.plans, behind.map((row) => String(row['QUERY PLAN'])).join('\n')];
  expect(plans).toHaveLength(3);
  for (const plan of plans) {
    expect(plan).toContain('deliveries_open');
    expect(plan).not.toMatch(/deliveries_name|Seq Scan on deliveries/);
  }
});
