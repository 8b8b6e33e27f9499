import { withoutIndexes } from '../scale/without-indexes.ts';
import type { BenchDatabase } from '../bench.ts';

/** People who may be written to, by number from 1 on; their tables have been empty. */
export async function addPeople(
  { sql }: BenchDatabase,
  { count, at }: { count: number; at: string },
): Promise<void> {
  const people = sql`(select n, md5('person ' || n)::uuid as id from generate_series(1, ${count}) n) p`;
  await withoutIndexes(sql, ['customers', 'customer_ids', 'consents'], async () => {
    await sql`
      insert into customers (id, arm_key, traits, created_at)
      select id, md5(id::text), jsonb_build_object('email', jsonb_build_object('value', 'person' || n || '@example.test',
        'origin', 'stated', 'at', ${at}::text), 'firstName', jsonb_build_object('value', 'Person ' || n, 'origin',
        'stated', 'at', ${at}::text)), ${at}::timestamptz from ${people}`;
    await sql`
      insert into customer_ids (kind, external_id, customer_id, at)
      select 'user', 'person-' || n, id, ${at}::timestamptz from ${people}`;
    await sql`
      insert into consents (id, customer_id, channel, state, source, at)
      select md5('consent ' || n)::uuid, id, 'email', 'granted', 'bench', ${at}::timestamptz from ${people}`;
  });
}

/** Some of those people wait for a product, each a millisecond longer than the next. */
export async function letWait(
  { sql }: BenchDatabase,
  { from, count, sku, at }: { from: number; count: number; sku: string; at: string },
): Promise<void> {
  await sql`
    insert into waiting_entries (id, list, customer_id, sku, since, state)
    select md5('entry ' || ${sku} || n)::uuid, 'viewed-while-sold-out', md5('person ' || n)::uuid, ${sku},
      ${at}::timestamptz + n * interval '1 ms', 'waiting'
    from generate_series(${from}::int, ${from + count - 1}::int) n`;
}

/** People who may be written to and wait for a product. */
export async function addWaitingPeople(
  database: BenchDatabase,
  { count, sku, at }: { count: number; sku: string; at: string },
): Promise<void> {
  await addPeople(database, { count, at });
  await letWait(database, { from: 1, count, sku, at });
}
