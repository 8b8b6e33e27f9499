import type { ISql } from 'postgres';
import type { Predicate } from '../../define/predicate.ts';
import { evaluation } from './evaluate-predicate.ts';

/** Whom a predicate holds for at a moment: how many, and the first of them in the order of their ids. */
export interface MembersNow {
  count: number;
  first: { id: string; userIds: string[] }[];
}

/** Asks everybody, as if nothing were kept. */
export async function membersNow(
  sql: ISql,
  predicate: Predicate,
  { now, limit }: { now: Date; limit: number },
): Promise<MembersNow> {
  const [row] = await sql<{ count: string; ids: string[] }[]>`
    with m as materialized (
      select e.customer_id from (${evaluation(sql, predicate, { who: 'everybody', now })}) e where e.holds)
    select (select count(*) from m) as count,
      array(select customer_id from m order by customer_id limit ${limit}) as ids`;
  const first = await sql<MembersNow['first']>`
    select c.id, array(select i.external_id from customer_ids i where i.customer_id = c.id and i.kind = 'user'
                       order by i.at, i.external_id) as "userIds"
    from customers c where c.id = any(${row!.ids}::uuid[]) order by c.id`;
  return { count: Number(row!.count), first: [...first] };
}
