import type { PendingQuery } from 'postgres';
import type { Sql } from '../connect.ts';

/** A delivery that nobody has settled, and whether its run is over. */
export interface OpenDelivery {
  id: string;
  runId: string;
  isOver: boolean;
}

/** Where a walk along them has come to. */
export type OpenPlace = Pick<OpenDelivery, 'runId' | 'id'>;

/** The next deliveries that wait or are to be sent, at most `limit`, run by run, beyond a place. */
export async function openDeliveries(
  sql: Sql,
  after: OpenPlace | null,
  limit: number,
): Promise<OpenDelivery[]> {
  return openDeliveriesQuery(sql, after, limit);
}

/** The statement, for whoever wants to explain it. */
export function openDeliveriesQuery(
  sql: Sql,
  after: OpenPlace | null,
  limit: number,
): PendingQuery<OpenDelivery[]> {
  const beyond = after ? sql`and (run_id, id) > (${after.runId}, ${after.id})` : sql``;
  return sql<OpenDelivery[]>`
    select d.id, d.run_id as "runId", r.state = 'closed' as "isOver"
    from (select id, run_id from deliveries where state in ('waiting', 'intended') ${beyond}
          order by run_id, id limit ${limit}) d
    join runs r on r.id = d.run_id
    order by d.run_id, d.id`;
}
