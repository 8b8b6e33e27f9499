import type { Sql, TransactionSql } from 'postgres';
import { leavingSources } from '../../domain/consent.ts';

/**
 * The consent of one customer to a channel, for messages on a topic ('': without one), as `HeldConsent`, or null. The
 * rule of `domain/consent.ts` as an expression, that looks up the newest word on each by the index.
 */
export function consentThatHolds(
  sql: Sql | TransactionSql,
  on: { customerId: Expression; channel: Expression; topic: string },
) {
  const { customerId, channel, topic } = on;
  const newest = (about: string) => sql`
    select s.state, s.at, ${heldState(sql)} as held from consents s
    where s.customer_id = ${customerId} and s.channel = ${channel} and s.topic = ${about}
    order by s.at desc, s.state, s.id desc limit 1`;
  if (topic === '') return sql`(select n.held from (${newest('')}) n)`;
  return sql`(
    select case
      when t.state is null then w.held
      when t.state = 'granted' and w.state = 'denied' and w.at > t.at then w.held
      else t.state end
    from (select) one left join lateral (${newest('')}) w on true left join lateral (${newest(topic)}) t on true)`;
}

/** What a word `s` on a channel as a whole comes to. */
export function heldState(sql: Sql | TransactionSql) {
  return sql`case when s.state = 'denied' and s.source = any(${[...leavingSources]}::text[]) then 'left' else s.state end`;
}

/** A column of the query around it. */
type Expression = ReturnType<Sql>;
