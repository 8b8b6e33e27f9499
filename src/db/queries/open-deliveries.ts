import type { PendingQuery } from 'postgres';
import type { Sql } from '../connect.ts';

/** A delivery that nobody has settled, and whether its run is over. */
export interface OpenDelivery {
  id: string;
  runId: string;
  state: 'waiting' | 'intended';
  isOver: boolean;
}

/** Where a walk along them has come to. */
export type OpenPlace = Pick<OpenDelivery, 'runId' | 'state' | 'id'>;

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
  const beyond = after ? sql`and (run_id, state, id) > (${after.runId}, ${after.state}, ${after.id})` : sql``;
  return sql<OpenDelivery[]>`
    select d.id, d.run_id as "runId", d.state, r.state = 'closed' as "isOver"
    from (select id, run_id, state from deliveries where state in ('waiting', 'intended') ${beyond}
          order by run_id, state, id limit ${limit}) d
    join runs r on r.id = d.run_id
    order by d.run_id, d.state, d.id`;
}
