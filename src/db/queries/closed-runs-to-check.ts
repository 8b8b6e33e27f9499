import type { Sql } from '../connect.ts';

/** A closed run that was told of its end. */
export interface ClosedRunToCheck {
  id: string;
  workflowId: string;
  closedAt: Date;
}

/** Where a page of closed runs ended. */
export type ClosedRunPlace = Pick<ClosedRunToCheck, 'id' | 'closedAt'>;

/** The next runs that were closed after a time and told of it before another, at most `limit`, oldest first. */
export async function closedRunsToCheck(
  sql: Sql,
  asked: { closedAfter: Date; toldBefore: Date; after: ClosedRunPlace | null; limit: number },
): Promise<ClosedRunToCheck[]> {
  const beyond = asked.after
    ? sql`and (r.closed_at, r.id) > (${asked.after.closedAt}, ${asked.after.id}::uuid)`
    : sql``;
  return sql<ClosedRunToCheck[]>`
    select r.id, r.workflow_id as "workflowId", r.closed_at as "closedAt"
    from runs r join dispatches d on d.run_id = r.id and d.seq = r.last_seq
    where r.state = 'closed' and r.closed_at > ${asked.closedAfter} ${beyond}
      and d.kind = 'end' and d.done_at < ${asked.toldBefore}
    order by r.closed_at, r.id
    limit ${asked.limit}`;
}
