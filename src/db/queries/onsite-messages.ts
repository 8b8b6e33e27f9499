import type { Sql } from 'postgres';
import type { OnsiteContentRow } from '../schema/onsite.ts';

/** A message as a page is told of it. */
export interface OnsiteMessage extends OnsiteContentRow {
  /** Of the delivery. */
  id: string;
  /** Whether any page has said that it was shown. */
  shown: boolean;
}

/** What the pages of a browser have to show now, the oldest first. */
export interface OnsiteList {
  anonymousId: string;
  messages: OnsiteMessage[];
}

/**
 * What the browsers of some ids have to show at a time, and those of some customers, by whose each browser is now. A
 * browser of which nothing is known is left out.
 */
export async function onsiteMessages(
  sql: Sql,
  asked: { anonymousIds: readonly string[]; customerIds: readonly string[]; at: Date; limit: number },
): Promise<OnsiteList[]> {
  const { anonymousIds, customerIds, at, limit } = asked;
  return sql<OnsiteList[]>`
    with browsers as materialized (
      select external_id, customer_id from customer_ids
      where kind = 'anonymous' and external_id = any(${[...anonymousIds]}::text[])
      union
      select external_id, customer_id from customer_ids
      where kind = 'anonymous' and customer_id = any(${[...customerIds]}::uuid[]))
    select b.external_id as "anonymousId", coalesce((
      select jsonb_agg(m.content || jsonb_build_object('id', m.delivery_id, 'shown', m.shown_at is not null)
          order by m.placed_at, m.delivery_id)
      from (select * from onsite_messages o
        where o.customer_id = b.customer_id and o.expires_at > ${at} and o.clicked_at is null and o.dismissed_at is null
        order by o.placed_at, o.delivery_id limit ${limit}) m), '[]') as messages
    from browsers b`;
}
