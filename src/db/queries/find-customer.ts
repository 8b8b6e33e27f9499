import type { ISql } from 'postgres';

/** The kinds of id a customer is found by, in the order in which they are tried. */
export const idKinds = ['id', 'userId', 'anonymousId'] as const;
export type IdKind = (typeof idKinds)[number];

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The internal id of the customer with an id: an internal one, else a `userId`, else an `anonymousId`, or only of the
 * kind `by`. A customer who was joined to another leads to that one. Null when nobody has it.
 */
export async function findCustomer(sql: ISql, id: string, by?: IdKind): Promise<string | null> {
  const internal = uuid.test(id) && (by === undefined || by === 'id') ? id : null;
  const userId = by === undefined || by === 'userId' ? id : null;
  const anonymousId = by === undefined || by === 'anonymousId' ? id : null;
  const rows = await sql<{ id: string }[]>`
    with recursive found as (
      select id as customer_id, 1 as place from customers where id = ${internal}
      union all
      select customer_id, 2 from customer_ids where kind = 'user' and external_id = ${userId}
      union all
      select customer_id, 3 from customer_ids where kind = 'anonymous' and external_id = ${anonymousId}
    ), lineage (id, merged_into) as (
      select id, merged_into from customers
      where id = (select customer_id from found order by place limit 1)
      union
      select c.id, c.merged_into from customers c join lineage l on c.id = l.merged_into
    )
    select id from lineage where merged_into is null`;
  return rows[0]?.id ?? null;
}

/** True while an accepted event with this id has not taken effect. */
export async function hasUnrouted(sql: ISql, id: string): Promise<boolean> {
  const rows = await sql<{ waiting: boolean }[]>`
    select exists (select 1 from unrouted where user_id = ${id})
        or exists (select 1 from unrouted where anonymous_id = ${id}) as waiting`;
  return rows[0]!.waiting;
}
