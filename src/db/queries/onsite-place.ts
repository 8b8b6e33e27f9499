import type { Sql } from 'postgres';
import type { OnsiteContentRow } from '../schema/onsite.ts';

/** Tells every process of the API whose pages have something else to show: the id of a customer. */
export const onsiteChannel = 'kairos_onsite';

/** What is to stand on a visitor's page, by its delivery. */
export interface PlacedMessage {
  deliveryId: string;
  content: OnsiteContentRow;
}

/**
 * Places messages where the pages of their customers find them, and wakes who holds the streams of those, in one
 * statement; placing them again changes nothing. Says how many of the deliveries have a customer: of one who was erased
 * nothing is placed. The deliveries are held meanwhile, so that a merge finds the message or the message the merge.
 */
export async function placeOnsite(
  sql: Sql,
  placed: { messages: readonly PlacedMessage[]; placedAt: Date; expiresAt: Date },
): Promise<number> {
  const { messages, placedAt, expiresAt } = placed;
  const [row] = await sql<{ found: number }[]>`
    with found as materialized (
      select id, customer_id from deliveries
      where id = any(${messages.map(({ deliveryId }) => deliveryId)}::uuid[]) and not anonymous
      order by id for share
    ), placed as (
      insert into onsite_messages (delivery_id, customer_id, content, placed_at, expires_at)
      select f.id, f.customer_id, m.content, ${placedAt}, ${expiresAt}
      from found f join jsonb_to_recordset(${sql.json(messages as never)}) as m ("deliveryId" uuid, content jsonb)
        on m."deliveryId" = f.id
      on conflict (delivery_id) do nothing
      returning customer_id
    ), told as materialized (
      select pg_notify(${onsiteChannel}, c.customer_id::text) from (select distinct customer_id from placed) c)
    select (select count(*) from found)::int as found, (select count(*) from told) as told`;
  return row!.found;
}
