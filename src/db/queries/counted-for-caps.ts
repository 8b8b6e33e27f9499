import type { Fragment, PendingQuery, Row, Sql, TransactionSql } from 'postgres';
import { mostCapSends, mostClaims } from '../../domain/caps.ts';
import { countingStates } from '../../domain/delivery.ts';

/**
 * What counts towards the caps of the customer `c` of the statement around it, newest first, as JSON (`Counted[]`).
 * @param except a condition on deliveries `d` that leaves some of them out.
 */
export function countedForCaps(
  sql: Sql | TransactionSql,
  since: Date | Fragment,
  except = sql``,
): PendingQuery<Row[]> {
  return sql`coalesce((
    select jsonb_agg(jsonb_build_object('kind', n.kind, 'name', n.name, 'message', n.message,
        'purpose', n.purpose, 'channel', n.channel, 'topic', n.topic, 'send', n.send,
        'at', extract(epoch from n.at) * 1000) order by n.at desc)
    from (
      (select 'delivery' as kind, d.name, d.message, d.purpose, d.channel, d.topic, ${sendOf(sql)} as send, d.at
        from deliveries d
        where d.customer_id = c.id and d.at > ${since} and d.state = any(${[...countingStates]})
          and d.purpose <> 'transactional' ${except}
        order by d.at desc limit ${mostCapSends})
      union all
      (select 'contact', null, null, null, k.channel, null, null, k.at from contacts k
        where k.customer_id = c.id and k.at > ${since}
        order by k.at desc limit ${mostCapSends})
    ) n), '[]')`;
}

/**
 * The deliveries of journeys that are held for the customer `c` until a time, the soonest first, as JSON (`Claim[]`): each
 * will need its place then. Of a run that has ended nothing goes out any more. They are sought among what the customer was
 * sent (`offset 0` keeps it so): in the midst of a wave PostgreSQL would rather read, for each of its customers, all that
 * is open.
 */
export function heldForCaps(
  sql: Sql | TransactionSql,
  since: Date | Fragment,
  except = sql``,
): PendingQuery<Row[]> {
  return sql`coalesce((
    select jsonb_agg(jsonb_build_object('kind', 'delivery', 'name', n.name, 'message', n.message,
        'purpose', n.purpose, 'channel', n.channel, 'topic', n.topic, 'priority', n.priority, 'send', n.send,
        'at', extract(epoch from n.held_until) * 1000) order by n.held_until)
    from (
      select d.name, d.message, d.purpose, d.channel, d.topic, d.priority, ${sendOf(sql)} as send, d.held_until
      from (select * from deliveries x where x.customer_id = c.id and x.at > ${since} offset 0) d
      where d.state = 'waiting' and d.held_until is not null and d.purpose <> 'transactional' ${except}
        and (select h.state from runs h where h.id = d.run_id) = 'open'
      order by d.held_until limit ${mostClaims}) n), '[]')`;
}

/** Of a delivery `d` whose message goes out on all its channels: what it has in common with those on the others. */
function sendOf(sql: Sql | TransactionSql) {
  return sql`case when d.own_channel <> '' then d.run_id || '/' || d.nth || '/' || d.message end`;
}
