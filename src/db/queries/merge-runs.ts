import type { TransactionSql } from 'postgres';
import { maxHeard } from '../../domain/run-input.ts';
import { cancelHeld } from './cancel-held.ts';
import { survivorOf, type MergeSet } from './merge-set.ts';

/**
 * Gives survivors the runs of those who become them. A run that had begun when an ending of another of them occurred
 * ends with it, as if all had been one all along: how events fall into batches changes nothing. Of open runs with one
 * name and key the one that has sent survives (or would have sent, but for the holdout), else the oldest, a held one
 * only if it begins now or there is no other; the others end as `merged`, and the events they are owed are owed to the
 * survivor. No workflow is renamed, and the end of a held run is told to nobody.
 *
 * @param releasable Held runs that begin in this transaction if they are open after it.
 */
export async function mergeRuns(
  tx: TransactionSql,
  merges: MergeSet,
  releasable: readonly string[],
): Promise<void> {
  const everyone = [...merges.everyone];
  // Locked, so that none of them closes between the look and what follows from it: a survivor that did would leave
  // the customer without a run, and what was moved to it unheard.
  const open = await tx<{ id: string }[]>`
    select id from runs where customer_id = any(${everyone}::uuid[]) and state = 'open' order by id for update`;
  if (open.length > 0) {
    await endByEachOther(tx, merges);
    const doubled = await doubledRuns(tx, merges, { ids: open.map(({ id }) => id), releasable });
    await moveOwed(tx, doubled, merges.at);
    await endAsMerged(tx, doubled, merges.at);
  }
  await tx`
    update runs set customer_id = ${survivorOf(tx, merges, tx`customer_id`)}
    where customer_id = any(${[...merges.from]}::uuid[])`;
}

/** A run that ends as `merged`, and the one that goes on for it. */
interface Doubled {
  loser: string;
  survivor: string;
}

async function endByEachOther(tx: TransactionSql, merges: MergeSet): Promise<void> {
  const everyone = [...merges.everyone];
  await tx`
    with their_endings as materialized (
      select e.*, ${survivorOf(tx, merges, tx`e.customer_id`)} as into_id
      from endings e where e.customer_id = any(${everyone}::uuid[])
    ), their_runs as materialized (
      select r.id, r.name, r.key, r.customer_id, (r.first ->> 'at')::numeric as first_at,
        ${survivorOf(tx, merges, tx`r.customer_id`)} as into_id
      from runs r where r.customer_id = any(${everyone}::uuid[]) and r.state = 'open'
    ), ending as (
      select distinct on (r.id) r.id, e.outcome
      from their_runs r join their_endings e on e.into_id = r.into_id and e.name = r.name
      where e.customer_id <> r.customer_id and (e.key is null or e.key = r.key or r.key = '')
        and extract(epoch from e.at) * 1000 >= r.first_at
      order by r.id, e.at desc
    ), ended as (
      update runs set state = 'closed', outcome = e.outcome, closed_at = ${merges.at},
        last_seq = last_seq + case when held_until is null then 1 else 0 end
      from ending e where runs.id = e.id and runs.customer_id = any(${everyone}::uuid[])
      returning runs.id, last_seq, held_until, runs.outcome, closed_at
    ), cancelled as (${cancelHeld(tx, tx`ended`)})
    insert into dispatches (run_id, seq, kind, occurred_at, carries)
    select id, last_seq, 'end', ${merges.at}, '{}'::jsonb from ended where held_until is null`;
}

async function doubledRuns(
  tx: TransactionSql,
  merges: MergeSet,
  { ids, releasable }: { ids: readonly string[]; releasable: readonly string[] },
): Promise<Doubled[]> {
  return tx<Doubled[]>`
    with sent as materialized (
      select run_id from deliveries
      where run_id = any(${[...ids]}::uuid[]) and nth is not null
        and state in ('intended', 'unknown', 'accepted', 'delivered', 'bounced', 'held-out')
    ), open as (
      select r.*, ${survivorOf(tx, merges, tx`r.customer_id`)} as into_id
      from runs r where r.customer_id = any(${[...merges.everyone]}::uuid[]) and r.state = 'open'
    ), placed as (
      select id, first_value(id) over (
        partition by into_id, name, key
        order by id in (select run_id from sent) desc,
          held_until is not null and id <> all(${[...releasable]}::uuid[]), opened_at, id) as survivor
      from open)
    select id as loser, survivor from placed where id <> survivor`;
}

/** In the order in which they came, up to what a run hears. */
async function moveOwed(tx: TransactionSql, doubled: readonly Doubled[], at: Date): Promise<void> {
  if (doubled.length === 0) return;
  const losers = doubled.map(({ loser }) => loser);
  const survivors = doubled.map(({ survivor }) => survivor);
  await tx`
    with pair as materialized (
      select * from unnest(${losers}::uuid[], ${survivors}::uuid[]) as p (loser, survivor)
    ), taken as (
      update dispatches set done_at = ${at}
      where run_id = any(${losers}::uuid[]) and kind = 'event' and done_at is null
      returning *
    ), moved as (
      select s.id, s.held_until, s.last_seq + row_number() over (partition by s.id order by t.place) as new_seq, t.*
      from taken t join pair p on p.loser = t.run_id join runs s on s.id = p.survivor
      where s.id = any(${survivors}::uuid[])
    ), owed as (
      insert into dispatches (run_id, seq, kind, event_id, event_name, occurred_at, carries, held)
      select id, new_seq, kind, event_id, event_name, occurred_at, carries, held_until is not null
      from moved where new_seq <= ${maxHeard} order by new_seq
      returning run_id, seq)
    update runs set
      last_seq = greatest(last_seq, (select max(o.seq) from owed o where o.run_id = runs.id)),
      last_activity_at = greatest(last_activity_at, (
        select max(l.last_activity_at) from runs l join pair p on p.loser = l.id where p.survivor = runs.id))
    where id = any(${survivors}::uuid[])`;
}

async function endAsMerged(tx: TransactionSql, doubled: readonly Doubled[], at: Date): Promise<void> {
  if (doubled.length === 0) return;
  await tx`
    with ended as (
      update runs set state = 'closed', outcome = 'merged', closed_at = ${at},
        last_seq = last_seq + case when held_until is null then 1 else 0 end
      where id = any(${doubled.map(({ loser }) => loser)}::uuid[])
      returning id, last_seq, held_until, outcome, closed_at
    ), cancelled as (${cancelHeld(tx, tx`ended`)})
    insert into dispatches (run_id, seq, kind, occurred_at, carries)
    select id, last_seq, 'end', ${at}, '{}'::jsonb from ended where held_until is null`;
}
