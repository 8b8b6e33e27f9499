import type { Sql, TransactionSql } from 'postgres';

/** Looks that are asked for by the name of a segment; this one stands for all segments. */
export const everySegment = '';

/**
 * Asks routing to look at customers again, for some segments: whether they are in them may have changed. What was asked
 * before is locked until the commit: routing takes it with what changes here, or this is asked anew.
 */
export async function askForLooks(
  sql: Sql | TransactionSql,
  { segments, customerIds, at }: { segments: readonly string[]; customerIds: readonly string[]; at: Date },
): Promise<void> {
  if (segments.length === 0 || customerIds.length === 0) return;
  await sql`
    insert into segment_looks (segment, customer_id, at)
    select s.name, c.id, ${at}
    from unnest(${[...new Set(segments)]}::text[]) as s (name), unnest(${[...new Set(customerIds)]}::uuid[]) as c (id)
    on conflict (segment, customer_id) do update set at = least(segment_looks.at, excluded.at)`;
}

/** Takes looks that were asked for, of these segments and of all, at most `limit`. */
export async function takeLooks(
  tx: TransactionSql,
  segments: readonly string[],
  limit: number,
): Promise<{ segment: string; customerId: string; at: Date }[]> {
  return tx<{ segment: string; customerId: string; at: Date }[]>`
    with taken as (
      select l.segment, l.customer_id
      from unnest(${[everySegment, ...segments]}::text[]) as s (name), lateral (
        select * from segment_looks o where o.segment = s.name order by o.customer_id limit ${limit}) l
      limit ${limit})
    delete from segment_looks l using taken t
    where l.segment = t.segment and l.customer_id = t.customer_id
    returning l.segment, l.customer_id as "customerId", l.at`;
}
