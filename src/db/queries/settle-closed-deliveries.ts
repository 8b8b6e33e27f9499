import type { Sql } from '../connect.ts';

/**
 * Settles what closed runs have left open in the ledger; says how many. What waits is withheld; what is held for
 * later, or was to be sent and was certainly not taken, is cancelled; a call begun before a time, whose end was never told, is `unknown`: with
 * the run over nobody comes back to it. A younger call is left alone, and so is what the gate has in hand just now.
 */
export async function settleClosedDeliveries(
  sql: Sql,
  asked: { ids: readonly string[]; calledBefore: Date; at: Date },
): Promise<number> {
  if (asked.ids.length === 0) return 0;
  const settled = await sql`
    with open as (
      select d.id, coalesce(r.outcome, 'closed') as outcome,
        case when d.state = 'waiting' and d.held_until is null then 'withheld'
             when d.calling_at is null then 'cancelled' else 'unknown' end as becomes
      from deliveries d join runs r on r.id = d.run_id
      where d.id = any(${[...asked.ids]}::uuid[]) and r.state = 'closed'
        and (d.state = 'waiting'
             or (d.state = 'intended' and (d.calling_at is null or d.calling_at < ${asked.calledBefore})))
      for update of d skip locked),
    said as (
      select id, becomes, case becomes when 'unknown' then null else 'run-closed' end as reason,
        case becomes
          when 'unknown' then 'unknown: the call was begun and its end never told; the run had ended as ' || outcome
            || ', so nobody comes back to it'
          else becomes || ': run-closed — the run had ended as ' || outcome end as words
      from open)
    update deliveries d set
      state = said.becomes,
      reason = said.reason,
      calling_at = null,
      held_until = null,
      -- The time of a would-send stays.
      at = case d.state when 'waiting' then ${asked.at} else d.at end,
      verdicts = d.verdicts || jsonb_build_array(jsonb_build_object(
        'at', ${asked.at.toISOString()}::text, 'channel', d.channel, 'state', said.becomes,
        'reason', said.reason, 'words', said.words))
    from said where d.id = said.id`;
  return settled.count;
}
