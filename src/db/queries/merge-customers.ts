import type { TransactionSql } from 'postgres';
import type { SubstituteRule } from '../../domain/substitutes.ts';
import { mergeDateStarts } from './merge-date-starts.ts';
import { mergeRuns } from './merge-runs.ts';
import { survivorOf, type MergeSet } from './merge-set.ts';
import { mergeWaiting } from './merge-waiting.ts';

const movedAsTheyAre = [
  ...['customer_ids', 'customer_events', 'consents', 'contacts'],
  ...['orders', 'order_lines', 'waiting_entries', 'deliveries'],
  ...['push_subscriptions', 'onsite_messages'],
];

/**
 * Makes one customer of two or more, for all merges of a batch at once, in the routing transaction, which has locked
 * those that were there before it. The survivor has everything; each other keeps its row, which leads to the survivor.
 * No run, workflow or delivery is renamed.
 *
 * An open run that began before an ending of another of them ends with it. Of open runs with one name and key the one
 * that has sent survives, else the oldest; the others are closed as `merged` and what they are owed moves. The survivor
 * keeps the arm key of whoever was exposed first, else the oldest profile's; exposed in different arms of one journey
 * or watch, they are `crossed`. Carts and consents are joined before, in memory.
 *
 * @param releasable Held runs that begin in this transaction if they are open after it.
 * @param rules By list, what serves as well as what is waited for.
 */
export async function mergeCustomers(
  tx: TransactionSql,
  merges: MergeSet,
  { releasable, rules }: { releasable: readonly string[]; rules: ReadonlyMap<string, SubstituteRule> },
): Promise<void> {
  await mergeRows(tx, merges);
  await mergeRuns(tx, merges, releasable);
  await mergeWaiting(tx, merges, rules);
  await mergeDateStarts(tx, merges);
  for (const table of movedAsTheyAre) {
    await tx`
      update ${tx(table)} set customer_id = ${survivorOf(tx, merges, tx`customer_id`)}
      where customer_id = any(${[...merges.from]}::uuid[])`;
  }
  await mergeEndings(tx, merges);
}

async function mergeRows(tx: TransactionSql, merges: MergeSet): Promise<void> {
  const everyone = [...merges.everyone];
  await tx`
    with exposed as materialized (
      select ${survivorOf(tx, merges, tx`d.customer_id`)} as into_id, d.name, d.customer_id, d.arm,
        ${firstWouldSend(tx)} as at
      from deliveries d where d.customer_id = any(${everyone}::uuid[]) and d.arm is not null
    ), crossing as materialized (
      select into_id from exposed
      group by into_id, name having count(distinct arm) > 1 and count(distinct customer_id) > 1
    ), first as materialized (
      select customer_id, min(at) as at from exposed group by customer_id
    ), joined as materialized (
      select into_id, bool_or(crossed) as crossed, min(created_at) as created_at,
        (array_agg(arm_key order by exposed_at nulls last, created_at, arm_key))[1] as arm_key
      from (select c.*, first.at as exposed_at, ${survivorOf(tx, merges, tx`c.id`)} as into_id
            from customers c left join first on first.customer_id = c.id
            where c.id = any(${everyone}::uuid[])) members
      group by into_id
    )
    update customers s set
      crossed = j.crossed or s.id in (select into_id from crossing),
      arm_key = j.arm_key, created_at = j.created_at
    from joined j where s.id = j.into_id and s.id = any(${everyone}::uuid[])`;
  // Who was joined to one of them before leads there, and from there on: those rows are not locked, and not searched for.
  await tx`
    update customers set merged_into = ${survivorOf(tx, merges, tx`id`)}
    where id = any(${[...merges.from]}::uuid[])`;
}

/** Of a delivery `d`: who got their place in a wave back is decided on anew in a later one, and that is when it is from then. */
function firstWouldSend(tx: TransactionSql) {
  return tx`least(d.at, (
    select min((v ->> 'at')::timestamptz) from jsonb_array_elements(d.verdicts) v
    where v ->> 'state' in ('intended', 'held-out')))`;
}

async function mergeEndings(tx: TransactionSql, merges: MergeSet): Promise<void> {
  const from = [...merges.from];
  await tx`
    insert into endings (name, customer_id, key, outcome, at)
    select distinct on (into_id, name, key) name, into_id, key, outcome, at
    from (select e.*, ${survivorOf(tx, merges, tx`e.customer_id`)} as into_id from endings e
          where e.customer_id = any(${from}::uuid[])) moved
    order by into_id, name, key, at desc
    on conflict (customer_id, name, key) do update set outcome = excluded.outcome, at = excluded.at
    where excluded.at > endings.at`;
  await tx`delete from endings where customer_id = any(${from}::uuid[])`;
}
