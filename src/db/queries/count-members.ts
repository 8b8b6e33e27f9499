import type { ISql } from 'postgres';

/** How many members each of these segments has, by name; a segment that is not kept is not in it. */
export async function countMembers(sql: ISql, names: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql<{ name: string; members: string }[]>`
    select s.name, count(m.customer_id) as members
    from segments s
    left join memberships m on m.segment = s.name and m.generation = s.generation and m.is_member
    where s.name = any(${[...names]}::text[])
    group by s.name`;
  return new Map(rows.map(({ name, members }) => [name, Number(members)]));
}
