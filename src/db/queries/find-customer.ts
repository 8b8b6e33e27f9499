import type { ISql } from 'postgres';

/** The kinds of id a customer is found by, in the order in which they are tried. */
export const idKinds = ['id', 'userId', 'anonymousId'] as const;
export type IdKind = (typeof idKinds)[number];

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A customer as an id leads to them. */
export interface FoundCustomer {
  id: string;
  /** Of which kind the id is. */
  by: IdKind;
  /** When they were erased, and when the last of theirs was gone. */
  erasedAt: Date | null;
  forgottenAt: Date | null;
}

/**
 * The customer with an id: an internal one, else a `userId`, else an `anonymousId`, or only of the kind `by`. Who was
 * joined to another leads to that one. Null when nobody has it. Of who was erased only the internal id is left.
 */
export async function lookUpCustomer(sql: ISql, id: string, by?: IdKind): Promise<FoundCustomer | null> {
  const internal = uuid.test(id) && (by === undefined || by === 'id') ? id : null;
  const userId = by === undefined || by === 'userId' ? id : null;
  const anonymousId = by === undefined || by === 'anonymousId' ? id : null;
  const rows = await sql<FoundCustomer[]>`
    with recursive found as (
      select id as customer_id, 1 as place from customers where id = ${internal}
      union all
      select customer_id, 2 from customer_ids where kind = 'user' and external_id = ${userId}
      union all
      select customer_id, 3 from customer_ids where kind = 'anonymous' and external_id = ${anonymousId}
      order by place limit 1
    ), lineage (id, merged_into, place) as (
      select c.id, c.merged_into, f.place from customers c join found f on f.customer_id = c.id
      union
      select c.id, c.merged_into, l.place from customers c join lineage l on c.id = l.merged_into
    )
    select c.id, (array['id', 'userId', 'anonymousId'])[l.place] as by, c.erased_at as "erasedAt",
      c.forgotten_at as "forgottenAt"
    from lineage l join customers c on c.id = l.id where l.merged_into is null`;
  return rows[0] ?? null;
}

/** The internal id of the customer with an id, as `lookUpCustomer` finds them; null also of who was erased. */
export async function findCustomer(sql: ISql, id: string, by?: IdKind): Promise<string | null> {
  const found = await lookUpCustomer(sql, id, by);
  return found && found.erasedAt === null ? found.id : null;
}

/** Any of the ids under which a customer's events come, so that what concerns them is seen to; a `userId` if there is one. */
export async function anyIdOf(
  sql: ISql,
  customerId: string,
): Promise<{ userId: string | null; anonymousId: string | null }> {
  const rows = await sql<{ kind: 'user' | 'anonymous'; externalId: string }[]>`
    select kind, external_id as "externalId" from customer_ids
    where customer_id = ${customerId} order by kind desc limit 1`;
  const [id] = rows;
  return {
    userId: id?.kind === 'user' ? id.externalId : null,
    anonymousId: id?.kind === 'anonymous' ? id.externalId : null,
  };
}
