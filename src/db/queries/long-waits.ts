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

/** When whoever in a line has not asked for longest last did; null: nobody waits. */
export async function longestWaitSince(sql: Sql | TransactionSql, { list, sku }: Line): Promise<Date | null> {
  const [row] = await sql<{ since: Date | null }[]>`
    select min(greatest(e.since, e.asked_at)) as since from waiting_entries e
    where e.list = ${list} and e.sku = ${sku} and e.state = 'waiting'`;
  return row?.since ?? null;
}
