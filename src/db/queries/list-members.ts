import type { ISql } from 'postgres';

/** A member of a segment. */
export interface Member {
  id: string;
  since: Date;
  /** Oldest first. */
  userIds: string[];
}

interface MembersPage {
  after: string | null;
  limit: number;
}

/**
 * Members of a segment in the order of their ids, those behind `after` if it is given. The generation is looked up by
 * itself: joined to it, all members were sorted for each page.
 */
export async function listMembers(sql: ISql, segment: string, page: MembersPage): Promise<Member[]> {
  return membersQuery(sql, segment, page);
}

export function membersQuery(sql: ISql, segment: string, { after, limit }: MembersPage) {
  return sql<Member[]>`
    select m.customer_id as id, m.since,
      array(select i.external_id from customer_ids i where i.customer_id = m.customer_id and i.kind = 'user'
            order by i.at, i.external_id) as "userIds"
    from memberships m
    where m.segment = ${segment} and m.is_member
      and m.generation = (select generation from segments where name = ${segment})
      ${after === null ? sql`` : sql`and m.customer_id > ${after}`}
    order by m.customer_id limit ${limit}`;
}
