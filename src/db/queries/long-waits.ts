import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';

/** A line, and what is waited for in it. */
interface Line {
  list: string;
  sku: string;
}

/**
 * Ends the waits of those in a line who have not asked since a moment, so many at a time; says how many. Whoever is being
 * served, or buys, at this very moment is left to that: nobody waits for another here, and none locks another out.
 */
export async function endWaitsSince(
  sql: Sql | TransactionSql,
  { list, sku }: Line,
  { before, at }: { before: Date; at: Date },
  atOnce = 10_000,
): Promise<number> {
  let ended = 0;
  for (;;) {
    const { count } = await sql`
      update waiting_entries e set state = 'closed', reason = 'expired', ended_at = ${at}
      from (
        select w.id from waiting_entries w
        where w.list = ${list} and w.sku = ${sku} and w.state = 'waiting' and ${hasWaitedSince(sql, before)}
        order by w.since, w.id limit ${atOnce} for update skip locked) o
      where e.id = o.id`;
    ended += count;
    if (count < atOnce) return ended;
  }
}

/**
 * Whether the customer of an entry `w` has neither begun to wait nor looked or asked again after a moment: by that it is
 * judged how long somebody has waited, whatever their place in line.
 */
export function hasWaitedSince(sql: Sql | TransactionSql, before: Date): PendingQuery<Row[]> {
  return sql`(w.since <= ${before} and coalesce(w.asked_at <= ${before}, true))`;
}

/** So many of a line, the longest waiting first, are looked at to see who has not asked for longest. */
const mostLookedAt = 1_000;

/**
 * When whoever in a line has not asked for longest last did, or a moment before that: of those who wait less long than
 * the first `atMost` it is only known that they began later. Null: nobody waits.
 */
export async function longestWaitSince(
  sql: Sql | TransactionSql,
  { list, sku }: Line,
  atMost = mostLookedAt,
): Promise<Date | null> {
  const [row] = await sql<{ since: Date | null }[]>`
    select min(case when w.place > ${atMost} then w.since else greatest(w.since, w.asked_at) end) as since
    from (
      select e.since, e.asked_at, row_number() over (order by e.since, e.id) as place from waiting_entries e
      where e.list = ${list} and e.sku = ${sku} and e.state = 'waiting'
      order by e.since, e.id limit ${atMost + 1}) w`;
  return row?.since ?? null;
}

/**
 * The products for which somebody in a list has waited since a moment while none of some watches has a run on it that
 * would see to that: it was ended in Temporal, say. Product by product along the index, however many wait for each.
 */
export async function linesLeftAlone(
  sql: Sql | TransactionSql,
  { list, watches, before }: { list: string; watches: readonly string[]; before: Date },
): Promise<string[]> {
  const rows = await sql<{ sku: string }[]>`
    with recursive line as (
      (select e.sku from waiting_entries e where e.list = ${list} and e.state = 'waiting' order by e.sku limit 1)
      union all
      select (select e.sku from waiting_entries e
              where e.list = ${list} and e.state = 'waiting' and e.sku > l.sku order by e.sku limit 1)
      from line l where l.sku is not null)
    select l.sku from line l
    where l.sku is not null
      and exists (
        select from waiting_entries w
        where w.list = ${list} and w.sku = l.sku and w.state = 'waiting' and ${hasWaitedSince(sql, before)})
      and not exists (
        select from runs r where r.name = any(${[...watches]}::text[]) and r.subject = l.sku and r.state = 'open')`;
  return rows.map(({ sku }) => sku);
}
