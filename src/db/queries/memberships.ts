import type { TransactionSql } from 'postgres';
import type { DerivedName } from '../../domain/derived-event.ts';
import type { Membership } from '../../routing/membership-book.ts';

/** Of which generation the members of some segments are kept, by the segment's name. */
export type Generations = ReadonlyMap<string, number>;

/** What is kept of some customers, each in some segments, of the generations that are kept. @param asked By customer. */
export async function loadMemberships(
  tx: TransactionSql,
  asked: ReadonlyMap<string, ReadonlySet<string>>,
  generations: Generations,
): Promise<Membership[]> {
  if (asked.size === 0) return [];
  // Who does much is in much: most of it is not asked for, and found by its name in the index it is not read. What one
  // customer is asked for is mostly what others are as well: it is sent once.
  const lists = new Map<string, number>();
  const wanted = [...asked.values()].map((segments) => {
    const list = [...segments].join(',');
    const place = lists.get(list) ?? lists.size + 1;
    lists.set(list, place);
    return place;
  });
  const rows = await tx<(Membership & { generation: number })[]>`
    select m.customer_id as "customerId", m.segment, m.generation, m.is_member as "isMember",
           round(date_part('epoch', m.since) * 1000) as since, round(date_part('epoch', m.next_at) * 1000) as "nextAt"
    from unnest(${[...asked.keys()]}::uuid[], ${wanted}::int[]) as a (id, list)
      join memberships m on m.customer_id = a.id
        and m.segment = any(string_to_array((${[...lists.keys()]}::text[])[a.list], ','))`;
  return rows.filter(({ segment, generation }) => generations.get(segment) === generation);
}

/** For how long it is said of somebody that they are not in a segment which is being computed. Milliseconds. */
const saidMs = 3_600_000;

/**
 * Writes memberships. Who is not in a segment, and will not be by time alone, has no row, unless everybody is being
 * looked at for it (`computing`): there the row says that this one was looked at since, until it is looked at again.
 */
export async function saveMemberships(
  tx: TransactionSql,
  memberships: readonly Membership[],
  { generations, computing, now }: { generations: Generations; computing: ReadonlySet<string>; now: Date },
): Promise<void> {
  if (memberships.length === 0) return;
  const rows = memberships.map(({ customerId, segment, isMember, since, nextAt }) => {
    const isNot = !isMember && nextAt === null;
    const again = isNot && computing.has(segment) ? now.getTime() + saidMs : nextAt;
    return {
      ...{ customer_id: customerId, segment, generation: generations.get(segment)!, is_member: isMember },
      ...{ since: new Date(since), next_at: again === null ? null : new Date(again) },
      is_kept: isMember || again !== null,
    };
  });
  await tx`
    with given as materialized (
      select * from jsonb_to_recordset(${tx.json(rows)}) as r (
        customer_id uuid, segment text, generation int, is_member boolean, since timestamptz, next_at timestamptz,
        is_kept boolean)
    ), gone as (
      delete from memberships m using given g
      where not g.is_kept and m.customer_id = g.customer_id and m.segment = g.segment and m.generation = g.generation
    )
    insert into memberships (customer_id, segment, generation, is_member, since, next_at)
    select customer_id, segment, generation, is_member, since, next_at from given where is_kept
    on conflict (customer_id, segment, generation) do update set
      is_member = excluded.is_member, since = excluded.since, next_at = excluded.next_at`;
}

/** Takes away all that is kept of customers who were joined to others. */
export async function dropMemberships(tx: TransactionSql, customerIds: readonly string[]): Promise<void> {
  await tx`delete from memberships where customer_id = any(${[...customerIds]}::uuid[])`;
}

/** Writes the personas of some customers; null: the last of the list. */
export async function savePersonas(
  tx: TransactionSql,
  personas: readonly { customerId: string; persona: string | null }[],
): Promise<void> {
  if (personas.length === 0) return;
  // Locked are those who change, in the order of their ids as everybody who locks several does.
  await tx`
    with given as materialized (
      select * from unnest(${personas.map((p) => p.customerId)}::uuid[], ${personas.map((p) => p.persona)}::text[])
        as p (id, persona)
    ), changing as materialized (
      select g.* from customers c join given g on g.id = c.id
      where c.persona is distinct from g.persona order by c.id for update of c
    )
    update customers c set persona = g.persona from changing g where c.id = g.id`;
}

/** When a segment, or the persona, of some customers last changed by an event of its own. */
export async function lastChanges(
  tx: TransactionSql,
  customerIds: readonly string[],
): Promise<{ customerId: string; name: DerivedName; subject: string; at: number }[]> {
  const names: DerivedName[] = ['Segment Entered', 'Segment Left', 'Persona Changed'];
  const rows = await tx<{ customerId: string; name: DerivedName; subject: string; at: Date }[]>`
    select customer_id as "customerId", name, coalesce(properties ->> 'segment', properties ->> 'to') as subject,
           max(occurred_at) as at
    from customer_events
    where customer_id = any(${[...customerIds]}::uuid[]) and name = any(${names})
    group by 1, 2, 3`;
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

/** Memberships that time alone may have changed by now, the longest due first of each segment, at most `limit`. */
export async function dueMemberships(
  tx: TransactionSql,
  generations: Generations,
  { by, limit }: { by: Date; limit: number },
): Promise<{ customerId: string; segment: string; at: number }[]> {
  const rows = await tx<{ customerId: string; segment: string; at: Date }[]>`
    select m.customer_id as "customerId", m.segment, m.next_at as at
    from unnest(${[...generations.keys()]}::text[], ${[...generations.values()]}::int[]) as s (name, generation),
      lateral (
        select * from memberships o
        where o.segment = s.name and o.generation = s.generation and o.next_at <= ${by}
        order by o.next_at limit ${limit}) m
    order by m.next_at, m.customer_id limit ${limit}`;
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}
