import type { TransactionSql } from 'postgres';

/**
 * Gives a customer the runs of another. A run that had begun when an ending of the other customer occurred ends with
 * it, as if both had been one all along: how events fall into batches changes nothing. Of two open runs with one name and key the one that has sent survives, else
 * the older; the other ends as `merged`, and the events it is owed are owed to the survivor. No workflow is renamed.
 */
export async function mergeRuns(tx: TransactionSql, from: string, into: string, at: Date): Promise<void> {
  // Locked, so that none of them closes between the look and what follows from it: a survivor that did would leave
  // the customer without a run, and what was moved to it unheard.
  await tx`
    select id from runs where customer_id in (${from}, ${into}) and state = 'open' order by id for update`;
  await endByEachOther(tx, from, into, at);
  const doubled = await tx<{ loser: string; survivor: string }[]>`
    with open as (
      select r.id, r.name, r.key, row_number() over (
        partition by r.name, r.key
        order by exists (select 1 from deliveries d where d.run_id = r.id
                         and d.state in ('intended', 'unknown', 'accepted', 'delivered', 'bounced')) desc,
                 r.opened_at, r.id) as place
      from runs r where r.customer_id in (${from}, ${into}) and r.state = 'open')
    select l.id as loser, s.id as survivor
    from open l join open s on s.name = l.name and s.key = l.key and s.place = 1
    where l.place > 1`;
  for (const { loser, survivor } of doubled) {
    await moveOwed(tx, loser, survivor, at);
    await endAsMerged(tx, loser, at);
  }
  await tx`update runs set customer_id = ${into} where customer_id = ${from}`;
}

async function endByEachOther(tx: TransactionSql, from: string, into: string, at: Date): Promise<void> {
  await tx`
    with ended as (
      update runs r set state = 'closed', closed_at = ${at}, last_seq = r.last_seq + 1, outcome = (
        select e.outcome from endings e where ${endingOf(tx, from, into)} order by e.at desc limit 1)
      where r.customer_id in (${from}, ${into}) and r.state = 'open'
        and exists (select from endings e where ${endingOf(tx, from, into)})
      returning r.id, r.last_seq)
    insert into dispatches (run_id, seq, kind, occurred_at, carries)
    select id, last_seq, 'end', ${at}, '{}'::jsonb from ended`;
}

/** An ending `e` of the other customer that run `r` would have heard. */
function endingOf(tx: TransactionSql, from: string, into: string) {
  return tx`
    e.customer_id = case r.customer_id when ${from} then ${into}::uuid else ${from}::uuid end
    and e.name = r.name and (e.key is null or e.key = r.key or r.key = '')
    and extract(epoch from e.at) * 1000 >= (r.first ->> 'at')::numeric`;
}

async function moveOwed(tx: TransactionSql, loser: string, survivor: string, at: Date): Promise<void> {
  await tx`
    insert into dispatches (run_id, seq, kind, event_id, event_name, occurred_at, carries)
    select s.id, s.last_seq + row_number() over (order by d.seq), d.kind, d.event_id, d.event_name,
           d.occurred_at, d.carries
    from dispatches d, runs s
    where d.run_id = ${loser} and d.kind = 'event' and d.done_at is null and s.id = ${survivor}`;
  await tx`update dispatches set done_at = ${at} where run_id = ${loser} and kind = 'event' and done_at is null`;
  await tx`
    update runs set
      last_seq = (select max(seq) from dispatches where run_id = ${survivor}),
      last_activity_at = greatest(last_activity_at, (select last_activity_at from runs where id = ${loser}))
    where id = ${survivor}`;
}

async function endAsMerged(tx: TransactionSql, loser: string, at: Date): Promise<void> {
  await tx`
    with ended as (
      update runs set state = 'closed', outcome = 'merged', closed_at = ${at}, last_seq = last_seq + 1
      where id = ${loser} returning id, last_seq)
    insert into dispatches (run_id, seq, kind, occurred_at, carries)
    select id, last_seq, 'end', ${at}, '{}'::jsonb from ended`;
}
