import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';
import { mostCapSends } from '../../domain/caps.ts';
import { countingStates } from '../../domain/delivery.ts';

/**
 * What counts towards the caps of the customer `c` of the statement around it, newest first, as JSON (`Counted[]`).
 * @param except a condition on deliveries `d` that leaves some of them out.
 */
export function countedForCaps(sql: Sql | TransactionSql, since: Date, except = sql``): PendingQuery<Row[]> {
  return sql`coalesce((
    select jsonb_agg(jsonb_build_object('kind', n.kind, 'name', n.name, 'message', n.message,
        'purpose', n.purpose, 'at', extract(epoch from n.at) * 1000) order by n.at desc)
    from (
      (select 'delivery' as kind, d.name, d.message, d.purpose, d.at from deliveries d
        where d.customer_id = c.id and d.at > ${since} and d.state = any(${[...countingStates]})
          and d.purpose <> 'transactional' ${except}
        order by d.at desc limit ${mostCapSends})
      union all
      (select 'contact', null, null, null, k.at from contacts k
        where k.customer_id = c.id and k.at > ${since}
        order by k.at desc limit ${mostCapSends})
    ) n), '[]')`;
}
