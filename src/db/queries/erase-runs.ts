import type { TransactionSql } from 'postgres';

/**
 * Closes the open runs of some people as `erased`, takes from all their runs what an event told them, and owes
 * Temporal one thing: to forget them. Gives how many runs that is. The workflow's id, which has the key in it, stays
 * until then: see `renameForgotten`.
 */
export async function eraseRuns(tx: TransactionSql, people: readonly string[], at: Date): Promise<number> {
  const of = [...people];
  await tx`select from runs where customer_id = any(${of}::uuid[]) order by id for update`;
  await tx`
    delete from dispatches using runs where runs.id = dispatches.run_id and runs.customer_id = any(${of}::uuid[])`;
  await tx`
    delete from run_products using runs where runs.id = run_products.run_id and runs.customer_id = any(${of}::uuid[])`;
  const owed = await tx`
    with erased as (
      update runs set
        state = 'closed', outcome = case state when 'open' then 'erased' else outcome end,
        closed_at = coalesce(closed_at, ${at}), held_until = null, last_seq = last_seq + 1,
        key = '', carries = '{}', entry_event_id = null,
        first = jsonb_build_object('at', first -> 'at', 'device', null)
      where customer_id = any(${of}::uuid[]) returning id, last_seq)
    insert into dispatches (run_id, seq, kind, occurred_at, carries)
    select id, last_seq, 'forget', ${at}, '{}'::jsonb from erased`;
  return owed.count;
}

/**
 * Gives the runs of some customers that Temporal has forgotten an id that says nothing; says how many.
 */
export async function renameForgotten(tx: TransactionSql, customerIds: readonly string[]): Promise<number> {
  const renamed = await tx`
    update runs r set workflow_id = 'erased/' || r.id
    from dispatches d
    where r.customer_id = any(${[...customerIds]}::uuid[]) and r.workflow_id not like 'erased/%'
      and d.run_id = r.id and d.seq = r.last_seq and d.kind = 'forget' and d.done_at is not null`;
  return renamed.count;
}
