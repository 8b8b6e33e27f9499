import type { PendingQuery } from 'postgres';
import type { Sql } from '../connect.ts';

/** A delivery that nobody has settled, and whether its run is over. */
export interface OpenDelivery {
  id: string;
  isOver: boolean;
}

/** The next deliveries that wait or are to be sent, at most `limit`, oldest first, beyond an id. */
export async function openDeliveries(sql: Sql, after: string | null, limit: number): Promise<OpenDelivery[]> {
  return openDeliveriesQuery(sql, after, limit);
}

/** The statement, for whoever wants to explain it. */
export function openDeliveriesQuery(
  sql: Sql,
  after: string | null,
  limit: number,
): PendingQuery<OpenDelivery[]> {
  const beyond = after ? sql`and id > ${after}` : sql``;
  return sql<OpenDelivery[]>`
    select d.id, r.state = 'closed' as "isOver"
    from (select id, run_id from deliveries where state in ('waiting', 'intended') ${beyond}
          order by id limit ${limit}) d
    join runs r on r.id = d.run_id
    order by d.id`;
}
