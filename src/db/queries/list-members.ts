import type { ISql } from 'postgres';

/** A member of a segment. */
export interface Member {
  id: string;
  since: Date;
  /** Oldest first. */
  userIds: string[];
}

/** Members of a segment in the order of their ids, those behind `after` if it is given. */
export async function listMembers(
  sql: ISql,
  segment: string,
  { after, limit }: { after: string | null; limit: number },
): Promise<Member[]> {
  return sql<Member[]>`
    select m.customer_id as id, m.since,
      array(select i.external_id from customer_ids i where i.customer_id = m.customer_id and i.kind = 'user'
            order by i.at, i.external_id) as "userIds"
    from segments s
    join memberships m on m.segment = s.name and m.generation = s.generation and m.is_member
    where s.name = ${segment} ${after === null ? sql`` : sql`and m.customer_id > ${after}`}
    order by m.customer_id limit ${limit}`;
}
