import type { Fragment, Sql, TransactionSql } from 'postgres';
import { ownLine } from '../../define/watch.ts';

/**
 * Whoever still waits in the line of a watch with an audience whose run is being closed waits no longer: nobody comes
 * back to them. A waiting list is not touched: who is in it waits on without a run. A part of the statement that closes
 * them.
 * @param closed A relation of them, with `name`, `subject` (null for a journey's) and `closed_at`.
 */
export function endLines(sql: Sql | TransactionSql, closed: Fragment): Fragment {
  return sql`
    update waiting_entries e set state = 'closed', reason = 'over', ended_at = c.closed_at
    from ${closed} c
    where e.list = ${ownLine} || c.name and e.sku = c.subject and e.state = 'waiting'`;
}
