import type { Sql, TransactionSql } from 'postgres';

/**
 * The consent of one customer to a channel, for messages on a topic ('': without one): `granted`, `denied` or null. The
 * rule of `domain/consent.ts` as an expression, that looks up the newest word on each by the index.
 */
export function consentThatHolds(
  sql: Sql | TransactionSql,
  on: { customerId: Expression; channel: Expression; topic: string },
) {
  const { customerId, channel, topic } = on;
  const newest = (about: string) => sql`
    select s.state, s.at from consents s
    where s.customer_id = ${customerId} and s.channel = ${channel} and s.topic = ${about}
    order by s.at desc, s.state, s.id desc limit 1`;
  if (topic === '') return sql`(select n.state from (${newest('')}) n)`;
  return sql`(
    select case
      when t.state is null then w.state
      when t.state = 'granted' and w.state = 'denied' and w.at > t.at then 'denied'
      else t.state end
    from (select) one left join lateral (${newest('')}) w on true left join lateral (${newest(topic)}) t on true)`;
}

/** A column of the query around it. */
type Expression = ReturnType<Sql>;
