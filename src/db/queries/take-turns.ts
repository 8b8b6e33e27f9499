import type { Sql } from 'postgres';
import type { Channel } from '../../domain/task-queues.ts';

/** Turns to call a provider whose rate is bounded; times in epoch milliseconds of real time. */
export interface TurnsWanted {
  channel: Channel;
  now: number;
  /** How long the turns take, one after the other. */
  spanMs: number;
  /** Turns that begin later are not taken. */
  before: number;
}

/** When the turns begin that were taken; or that none were, and when there will be some. */
export type TurnsFound = { isTaken: true; at: number } | { isTaken: false; at: number };

/**
 * Takes the next turns on a channel, after those that anybody has taken. The row's lock keeps two from taking the same.
 * Turns need not outlive a crash: the statement does not wait for the disk.
 */
export async function takeTurns(sql: Sql, wanted: TurnsWanted): Promise<TurnsFound> {
  const { channel, now, spanMs, before } = wanted;
  const [row] = await sql<{ free: number }[]>`
    with unhurried as materialized (select set_config('synchronous_commit', 'off', true) as commit)
    insert into channel_turns (channel, free_at)
    select ${channel}, ${now + spanMs}::float8 from unhurried where commit = 'off'
    on conflict (channel) do update set free_at = greatest(channel_turns.free_at, ${now}::float8) + ${spanMs}::float8
      where channel_turns.free_at <= ${before}::float8
    returning free_at as free`;
  if (row) return { isTaken: true, at: row.free - spanMs };
  const [taken] = await sql<{ free: number }[]>`
    select free_at as free from channel_turns where channel = ${channel}`;
  return { isTaken: false, at: taken?.free ?? now };
}

/** Gives turns back to whoever takes the next: nothing was sent in them. */
export async function giveTurnsBack(
  sql: Sql,
  { channel, spanMs }: Pick<TurnsWanted, 'channel' | 'spanMs'>,
): Promise<void> {
  await sql`update channel_turns set free_at = free_at - ${spanMs}::float8 where channel = ${channel}`;
}
