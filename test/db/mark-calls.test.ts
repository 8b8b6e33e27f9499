import { expect, test } from 'vitest';
import { markCalls } from '../../src/db/queries/page-calls.ts';
import { testDatabase } from '../support/database.ts';

test('what is marked as being called has room beside what it was, and no index learns of it', async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await sql`
    insert into deliveries (id, run_id, customer_id, name, message, entry_id, wave, channel, purpose, state, verdicts, at)
    select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'backInStock', 'back', gen_random_uuid(), 1, 'email',
      'help', 'intended', jsonb_build_array(repeat('every word of a verdict, ', 10)), '2026-03-02'
    from generate_series(1, 1000)`;
  const pages = () =>
    sql<
      { id: string; page: number }[]
    >`select id, (ctid::text::point)[0]::int as page from deliveries order by id`;
  const before = await pages();
  const ids = before.map(({ id }) => id);
  const marked = await markCalls(sql, { ids, doubts: new Map() }, new Date('2026-03-03'));
  expect(marked.ids.size).toBe(1_000);
  expect(await pages()).toEqual(before);
});
