import type { Sql, TransactionSql } from 'postgres';
import type { Verdict } from '../../domain/delivery.ts';
import type { Channel } from '../../domain/task-queues.ts';
import { cancelledIfErased } from './said-of-nobody.ts';

/** Deliveries whose message was certainly not taken, and that turn to another channel. */
export interface Turning {
  ids: readonly string[];
  /** When the call began that did not reach them; null: none is under way. */
  was: Date | null;
  next: Channel;
  /** What speaks against the channel before. */
  verdict: Verdict;
}

/**
 * Turns deliveries that are `intended` to their message's next channel: they stay what they were decided to be, and are to
 * be called there. Gives those that were turned: not what somebody else has settled, nor whose customer was erased
 * meanwhile, which is cancelled.
 */
export async function turnToNext(sql: Sql | TransactionSql, turning: Turning): Promise<Set<string>> {
  const { ids, was, next, verdict } = turning;
  const rows = await sql<{ id: string; anonymous: boolean }[]>`
    update deliveries d set calling_at = null, held_until = null, ${cancelledIfErased(sql)},
      channel = case when d.anonymous then d.channel else ${next} end,
      verdicts = case when d.anonymous then d.verdicts else d.verdicts || ${sql.json([verdict] as never)} end
    where id = any(${[...ids]}::uuid[]) and state = 'intended' and calling_at is not distinct from ${was}
    returning id, anonymous`;
  return new Set(rows.filter(({ anonymous }) => !anonymous).map(({ id }) => id));
}

/** Of some channels one to which deliveries of a watch's message have turned, and that is still to call them; null: none. */
export async function channelTurnedTo(
  sql: Sql,
  { runId, message, among }: { runId: string; message: string; among: readonly Channel[] },
): Promise<Channel | null> {
  const [row] = await sql<{ channel: Channel }[]>`
    select d.channel from deliveries d
    where d.run_id = ${runId} and d.message = ${message} and d.state = 'intended' and d.calling_at is null
      and d.channel = any(${[...among]})
    limit 1`;
  return row?.channel ?? null;
}
