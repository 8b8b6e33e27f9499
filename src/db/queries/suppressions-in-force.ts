import type { Sql, TransactionSql } from 'postgres';

type Expression = ReturnType<Sql>;

/**
 * The suppressions in force of an address on a channel, as JSON (`Suppression[]`), each with when the customer last
 * agreed to the channel or the topic. An expression that looks up by index.
 */
export function suppressionsInForce(
  sql: Sql | TransactionSql,
  on: { addressHash: Expression; channel: Expression; customerId: Expression; topic: string },
) {
  const { addressHash, channel, customerId, topic } = on;
  return sql`coalesce((
    select jsonb_agg(jsonb_build_object('reason', s.reason, 'at', extract(epoch from s.at) * 1000,
      'agreedAt', ${lastAgreedAt(sql, { customerId, topic })}))
    from suppressions s
    where s.address_hash = ${addressHash} and s.channel = ${channel} and s.lifted_at is null), '[]')`;
}

/**
 * When the customer last agreed to the channel or the topic of a suppression `s`, in epoch milliseconds. What a bare
 * `identify` says of somebody of whom no word was there before it does not count: a page repeats what it remembers, and
 * whoever unsubscribed and was erased would be written to again by it.
 */
export function lastAgreedAt(
  sql: Sql | TransactionSql,
  { customerId, topic }: { customerId: Expression; topic: string },
) {
  return sql`(select extract(epoch from max(g.at)) * 1000 from consents g
    where g.customer_id = ${customerId} and g.channel = s.channel and g.topic in ('', ${topic})
      and g.state = 'granted'
      and (g.source <> 'identify' or exists (
        select 1 from consents w where w.customer_id = g.customer_id and w.channel = s.channel and w.at <= s.at)))`;
}
