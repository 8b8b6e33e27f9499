import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';

/**
 * Whether an accepted event under any id of the customer `c` of the statement around it waits for routing; an alias counts
 * under both its ids. `offset 0` keeps it at one look for each id: left free, PostgreSQL reads the whole queue.
 */
export function isBehind(sql: Sql | TransactionSql): PendingQuery<Row[]> {
  return sql`exists (
    select from customer_ids i, lateral (
      (select from unrouted u where i.kind = 'user' and u.user_id = i.external_id offset 0)
      union all (select from unrouted u where i.kind = 'anonymous' and u.anonymous_id = i.external_id offset 0)
      union all (select from unrouted u where u.previous_id = i.external_id offset 0)) u
    where i.customer_id = c.id)`;
}
