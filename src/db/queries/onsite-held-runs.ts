import type { TransactionSql } from 'postgres';

/** Those of some customers who are on the shop's pages at a time. */
export async function customersOnSite(
  tx: TransactionSql,
  customerIds: readonly string[],
  at: Date,
): Promise<Set<string>> {
  if (customerIds.length === 0) return new Set();
  const rows = await tx<{ id: string }[]>`
    select distinct i.customer_id as id
    from customer_ids i, lateral (
      select from onsite_streams s where s.anonymous_id = i.external_id and s.there_until > ${at} offset 0) s
    where i.customer_id = any(${[...customerIds]}::uuid[]) and i.kind = 'anonymous'`;
  return new Set(rows.map(({ id }) => id));
}

/**
 * Takes the streams that opened since the last look, at most `limit`, and says which held runs of these journeys their
 * visitors have, locked until the transaction ends. A run that was held no longer by then is left to expire.
 */
export async function runsHeldForStreams(
  tx: TransactionSql,
  asked: { names: readonly string[]; at: Date; limit: number },
): Promise<{ streams: number; runIds: string[] }> {
  const streams = await tx<{ anonymousId: string; openedAt: Date }[]>`
    update onsite_streams set looked_at = ${asked.at}
    where id = any(array(
      select id from onsite_streams where looked_at is null order by opened_at limit ${asked.limit}))
    returning anonymous_id as "anonymousId", opened_at as "openedAt"`;
  if (streams.length === 0) return { streams: 0, runIds: [] };
  const rows = await tx<{ id: string }[]>`
    with came as materialized (
      select i.customer_id, min(s.at) as at
      from unnest(${streams.map(({ anonymousId }) => anonymousId)}::text[],
        ${streams.map(({ openedAt }) => openedAt.toISOString())}::timestamptz[]) as s (anonymous_id, at)
      join customer_ids i on i.kind = 'anonymous' and i.external_id = s.anonymous_id
      group by i.customer_id)
    select r.id from runs r join came c on c.customer_id = r.customer_id
    where r.state = 'open' and r.held_until > c.at and r.name = any(${[...asked.names]}::text[])
    order by r.id for update of r`;
  return { streams: streams.length, runIds: rows.map(({ id }) => id) };
}
