import type { Sql } from '../connect.ts';

/** An open run of which Temporal has been told everything. */
export interface OpenRunToCheck {
  id: string;
  workflowId: string;
  /** Of a journey's run the customer, of a watch's the subject. */
  of: string;
  name: string;
  key: string;
}

/** Where a page of open runs ended. */
export type OpenRunPlace = Pick<OpenRunToCheck, 'of' | 'name' | 'key'>;

/** The next open runs of journeys to whom nothing is owed, at most `limit`, in the order of the index over them. */
export async function openRunsToCheck(
  sql: Sql,
  after: OpenRunPlace | null,
  limit: number,
): Promise<OpenRunToCheck[]> {
  const beyond = after
    ? sql`and (r.customer_id, r.name, r.key) > (${after.of}::uuid, ${after.name}, ${after.key})`
    : sql``;
  return sql<OpenRunToCheck[]>`
    select r.id, r.workflow_id as "workflowId", r.customer_id as of, r.name, r.key
    from runs r
    where r.state = 'open' and r.customer_id is not null and r.held_until is null ${beyond}
      and not exists (select from dispatches d where d.run_id = r.id and d.done_at is null)
    order by r.customer_id, r.name, r.key
    limit ${limit}`;
}

/** The next open runs of watches to whom nothing is owed, likewise. */
export async function openWatchRunsToCheck(
  sql: Sql,
  after: OpenRunPlace | null,
  limit: number,
): Promise<OpenRunToCheck[]> {
  const beyond = after
    ? sql`and (r.subject, r.name, r.key) > (${after.of}, ${after.name}, ${after.key})`
    : sql``;
  return sql<OpenRunToCheck[]>`
    select r.id, r.workflow_id as "workflowId", r.subject as of, r.name, r.key
    from runs r
    where r.state = 'open' and r.subject is not null ${beyond}
      and not exists (select from dispatches d where d.run_id = r.id and d.done_at is null)
    order by r.subject, r.name, r.key
    limit ${limit}`;
}
