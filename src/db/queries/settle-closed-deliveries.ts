import type { Sql } from '../connect.ts';

/**
 * Settles what closed runs have left open in the ledger, at most `limit` deliveries of runs closed after a time; says
 * how many. What waits is withheld; what was to be sent and was certainly not taken is cancelled. One whose call may
 * be under way is left alone, and so is one that the gate has in hand just now.
 */
export async function settleClosedDeliveries(
  sql: Sql,
  asked: { closedAfter: Date; at: Date; limit: number },
): Promise<number> {
  const settled = await sql`
    with open as (
      select d.id, case d.state when 'waiting' then 'withheld' else 'cancelled' end as becomes,
             coalesce(r.outcome, 'closed') as outcome
      from runs r join deliveries d on d.run_id = r.id
      where r.state = 'closed' and r.closed_at > ${asked.closedAfter}
        and (d.state = 'waiting' or (d.state = 'intended' and d.calling_at is null))
      order by r.closed_at
      limit ${asked.limit}
      for update of d skip locked)
    update deliveries d set
      state = open.becomes,
      reason = 'run-closed',
      -- The time of a would-send stays.
      at = case d.state when 'waiting' then ${asked.at} else d.at end,
      verdicts = d.verdicts || jsonb_build_array(jsonb_build_object(
        'at', ${asked.at.toISOString()}::text, 'channel', d.channel, 'state', open.becomes,
        'reason', 'run-closed',
        'words', open.becomes || ': run-closed — the run had ended as ' || open.outcome))
    from open where d.id = open.id`;
  return settled.count;
}
