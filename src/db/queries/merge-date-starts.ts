import type { TransactionSql } from 'postgres';
import { survivorOf, type MergeSet } from './merge-set.ts';

/**
 * Gives those whom customers become the dates of theirs that they have none of themselves, and has all dates of theirs
 * reckoned anew before any of them starts anything.
 */
export async function mergeDateStarts(tx: TransactionSql, merges: MergeSet): Promise<void> {
  const from = [...merges.from];
  await tx`
    insert into date_starts (name, customer_id, date, zone, occasion, starts_at, problem)
    select distinct on (into_id, name) name, into_id, date, zone, occasion, starts_at, problem
    from (select d.*, ${survivorOf(tx, merges, tx`d.customer_id`)} as into_id from date_starts d
          where d.customer_id = any(${from}::uuid[])) moved
    order by into_id, name, customer_id
    on conflict (customer_id, name) do nothing`;
  await tx`delete from date_starts where customer_id = any(${from}::uuid[])`;
  await tx`update date_starts set is_stale = true where customer_id = any(${[...merges.everyone]}::uuid[])`;
}
