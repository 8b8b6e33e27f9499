import type { Sql } from 'postgres';

/** A page of the shop that listens. Times are Kairos's. */
export interface OnsiteStream {
  id: string;
  anonymousId: string;
}

/** Writes down that a page listens: from now on its visitor is there. */
export async function openOnsiteStream(
  sql: Sql,
  stream: OnsiteStream & { openedAt: Date; thereUntil: Date },
): Promise<void> {
  const { id, anonymousId, openedAt, thereUntil } = stream;
  await sql`
    insert into onsite_streams (id, anonymous_id, opened_at, there_until)
    values (${id}, ${anonymousId}, ${openedAt}, ${thereUntil})`;
}

/** Says of streams until when their visitors count as there. Gives the ids of those that are still known: an erasure takes them away. */
export async function keepOnsiteStreams(
  sql: Sql,
  ids: readonly string[],
  thereUntil: Date,
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await sql<{ id: string }[]>`
    update onsite_streams set there_until = ${thereUntil} where id = any(${[...ids]}::uuid[]) returning id`;
  return new Set(rows.map(({ id }) => id));
}

/** Forgets streams of visits that are over, at most `limit`; says how many. */
export async function forgetOnsiteStreams(
  sql: Sql,
  over: { thereUntil: Date; limit: number },
): Promise<number> {
  const gone = await sql`
    delete from onsite_streams where id = any(array(
      select id from onsite_streams where there_until <= ${over.thereUntil} order by there_until limit ${over.limit}))`;
  return gone.count;
}
