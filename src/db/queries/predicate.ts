import type { ISql, PendingQuery, Row } from 'postgres';
import type { Predicate } from '../../define/predicate.ts';

/** Which of some customers (by internal id) a predicate holds for now. */
export async function membersAmong(
  sql: ISql,
  predicate: Predicate,
  customerIds: readonly string[],
): Promise<Set<string>> {
  const target = sql`(select id as customer_id from customers where id = any(${[...customerIds]}::uuid[]))`;
  const rows = await sql<{ customer_id: string }[]>`
    select t.customer_id from ${target} as t where ${holds(sql, predicate)}`;
  return new Set(rows.map((row) => row.customer_id));
}

/** A predicate as a condition on `t.customer_id`. */
function holds(sql: ISql, predicate: Predicate): PendingQuery<Row[]> {
  switch (predicate.kind) {
    case 'orders-at-least':
      return sql`${predicate.count} <= (
        select count(*) from orders o where o.customer_id = t.customer_id and o.cancelled_at is null)`;
  }
}
