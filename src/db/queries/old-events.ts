import type { Sql } from 'postgres';
import { bounds } from '../../domain/bounds.ts';

/** How much is deleted in one statement, and in one call. */
interface Pace {
  atOnce: number;
  most: number;
}

const usualPace: Pace = { atOnce: bounds.oldEventsAtOnce, most: bounds.oldEventsAMinute };

/**
 * Deletes accepted events that have been kept for as long as is promised, the oldest first; says how many. One that has
 * not taken effect yet stays, however old it is. What events did stays for ever: facts, runs, entries and deliveries are
 * rows of their own. `now` is Kairos's time.
 */
export async function deleteOldEvents(
  sql: Sql,
  now: Date,
  { atOnce, most }: Pace = usualPace,
): Promise<number> {
  const before = keptSince(now);
  let [deleted, after] = [0, 0];
  while (deleted < most) {
    // Along the key from where it was left: what stays of the oldest is passed once.
    const [turn] = await sql<[{ looked: number; young: number; upTo: number; gone: number }]>`
      with oldest as materialized (
        select seq, received_at < ${before}::text::timestamptz as is_old
        from events where seq > ${after} order by seq limit ${atOnce}
      ), taken as materialized (
        -- Of those that an erasure is about to take none is waited for.
        select e.seq from events e join oldest o on o.seq = e.seq
        where o.is_old and not exists (select from unrouted u where u.seq = e.seq)
        order by e.seq for update of e skip locked
      ), gone as (delete from events where seq = any(array(select seq from taken)) returning seq)
      select count(*)::int as looked, count(*) filter (where not is_old)::int as young,
        coalesce(max(seq), 0)::float8 as "upTo", (select count(*) from gone)::int as gone
      from oldest`;
    deleted += turn.gone;
    after = turn.upTo;
    if (turn.looked < atOnce || turn.young > 0) break;
  }
  return deleted;
}

/** Deletes the marks of messages that were accepted as long ago, likewise: from then on a repetition counts anew. */
export async function deleteOldMessageIds(
  sql: Sql,
  now: Date,
  { atOnce, most }: Pace = usualPace,
): Promise<number> {
  const before = keptSince(now);
  let deleted = 0;
  while (deleted < most) {
    const { count } = await sql`
      delete from message_ids m using (
        select mark from message_ids where at < ${before}::text::timestamptz order by at limit ${atOnce}) old
      where m.mark = old.mark`;
    deleted += count;
    if (count < atOnce) break;
  }
  return deleted;
}

const keptSince = (now: Date) => new Date(now.getTime() - bounds.eventDays * 86_400_000).toISOString();
