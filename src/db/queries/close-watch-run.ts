import type { TransactionSql } from 'postgres';
import { toldKept } from '../../domain/watch-input.ts';
import { endLines } from './end-lines.ts';

/**
 * Closes the open run of a watch that Temporal says is over, ends the line of those gathered for it, and hands what it was
 * told after its end, and so never heard, to a new run: all of it, in order, of very much the newest. The first starts it;
 * of what follows it keeps itself what differs. Says whether it closed one, and whether it opened one. The caller has the routing lock, without which routing could open one beside it.
 *
 * @param close `endedAt`: when it ended in Temporal, Kairos's time; `newId`: of the run that may be opened.
 */
export async function closeWatchRun(
  tx: TransactionSql,
  close: { runId: string; outcome: string; endedAt: Date; at: Date; newId: string },
): Promise<{ closed: boolean; handedOn: boolean }> {
  const { runId, outcome, endedAt, at, newId } = close;
  const closed = await tx`
    with closed as (
      update runs set state = 'closed', outcome = ${outcome}, closed_at = ${at}
      where id = ${runId} and state = 'open' and subject is not null
      returning name, subject, closed_at
    ), ended as (${endLines(tx, tx`closed`)})
    select from closed`;
  if (closed.count === 0) return { closed: false, handedOn: false };
  const told = await tx`
    with newest as (
      select * from dispatches where run_id = ${runId} and kind = 'event' and done_at >= ${endedAt}
      order by seq desc limit ${toldKept}
    ), unheard as (
      select *, (row_number() over (order by seq) - 1)::int as new_seq from newest
    ), opened as (
      insert into runs (id, name, version, subject, key, n, workflow_id, entry_event_id, first, carries, settings,
                        opened_at, last_activity_at, last_seq)
      select ${newId}, r.name, r.version, r.subject, r.key, r.n + 1,
        regexp_replace(r.workflow_id, '[0-9]+$', (r.n + 1)::text), u.event_id,
        jsonb_build_object('at', (extract(epoch from u.occurred_at) * 1000)::bigint, 'device', null),
        jsonb_build_object('wake', u.event_name) || u.carries, r.settings, ${at},
        (select max(occurred_at) from unheard), (select max(new_seq) from unheard)
      from runs r, unheard u where r.id = ${runId} and u.new_seq = 0
      returning id)
    insert into dispatches (run_id, seq, kind, event_id, event_name, occurred_at, carries)
    select o.id, u.new_seq, case u.new_seq when 0 then 'start' else 'event' end,
      u.event_id, u.event_name, u.occurred_at, u.carries
    from opened o, unheard u order by u.new_seq`;
  return { closed: true, handedOn: told.count > 0 };
}
