import type { Fragment, Sql, TransactionSql } from 'postgres';

/**
 * Cancels what runs that are being closed held for later: nobody comes back to it. What is `unknown` stays so, and is not
 * sent once more. A part of the statement that closes them, so that no closed run has anything on hold.
 * @param closed A relation of them, with `id`, `outcome` and `closed_at`.
 */
export function cancelHeld(sql: Sql | TransactionSql, closed: Fragment): Fragment {
  const reason = sql`case c.outcome when 'expired' then 'expired' else 'run-closed' end`;
  const isUnknown = sql`d.state = 'unknown'`;
  const state = sql`case when ${isUnknown} then 'unknown' else 'cancelled' end`;
  const meanwhile = sql`case when ${isUnknown} then ', and so it is not sent once more' else ' while the message was held' end`;
  return sql`
    update deliveries d set
      state = ${state},
      reason = case when ${isUnknown} then d.reason else ${reason} end,
      held_until = null,
      -- The time of a would-send stays.
      at = case d.state when 'waiting' then c.closed_at else d.at end,
      verdicts = d.verdicts || jsonb_build_array(jsonb_build_object(
        'at', to_char(c.closed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'channel', d.channel,
        'state', ${state}, 'reason', case when ${isUnknown} then d.reason else ${reason} end,
        'words', ${state} || case when ${isUnknown} then '' else ': ' || ${reason} end
          || ' — the run ended as ' || coalesce(c.outcome, 'closed') || ${meanwhile}))
    from ${closed} c
    where d.run_id = c.id and d.nth is not null and d.state in ('waiting', 'intended', 'unknown') and d.held_until is not null
      and d.calling_at is null`;
}
