import type { TransactionSql } from 'postgres';
import { mergeRuns } from './merge-runs.ts';
import { mergeWaiting } from './merge-waiting.ts';

const movedAsTheyAre = [
  ...['customer_ids', 'customer_events', 'consents', 'contacts'],
  ...['orders', 'order_lines', 'waiting_entries', 'deliveries'],
];

/**
 * Makes one customer of two, in the routing transaction. The survivor has everything; the other keeps its row, which
 * leads to the survivor.
 *
 * An open run that began before an ending of the other customer ends with it. Of two open runs with one name and key the one that has sent survives, else the older; the other is closed as
 * `merged` and what it is owed moves. The stricter consent stays. The survivor keeps the arm key of
 * whoever was exposed first, else the older profile's; exposed in different arms of one journey, they are `crossed`.
 * Carts are joined before, in memory.
 */
export async function mergeCustomers(
  tx: TransactionSql,
  merge: { from: string; into: string; at: Date; newId: () => string },
): Promise<void> {
  const { from, into, at } = merge;
  await mergeRows(tx, from, into);
  await keepStricterConsent(tx, merge);
  await mergeRuns(tx, from, into, at);
  await mergeWaiting(tx, from, into, at);
  for (const table of movedAsTheyAre) {
    await tx`update ${tx(table)} set customer_id = ${into} where customer_id = ${from}`;
  }
  await tx`
    insert into endings (name, customer_id, key, outcome, at)
    select name, ${into}, key, outcome, at from endings where customer_id = ${from}
    on conflict (customer_id, name, key) do update set outcome = excluded.outcome, at = excluded.at
    where excluded.at > endings.at`;
  await tx`delete from endings where customer_id = ${from}`;
}

async function mergeRows(tx: TransactionSql, from: string, into: string): Promise<void> {
  await tx`
    update customers s set
      crossed = s.crossed or o.crossed or exists (
        select 1 from deliveries a join deliveries b on b.name = a.name and b.arm <> a.arm
        where a.customer_id = ${into} and b.customer_id = ${from}),
      arm_key = case
        when o.exposed_at is not null and (s.exposed_at is null or o.exposed_at < s.exposed_at) then o.arm_key
        when s.exposed_at is not null then s.arm_key
        when o.created_at < s.created_at or (o.created_at = s.created_at and o.id < s.id) then o.arm_key
        else s.arm_key end,
      exposed_at = least(s.exposed_at, o.exposed_at),
      created_at = least(s.created_at, o.created_at)
    from customers o where s.id = ${into} and o.id = ${from}`;
  // Who was joined to `from` before leads there, and from there on: those rows are not locked, and are found by no index.
  await tx`update customers set merged_into = ${into} where id = ${from}`;
}

/** Where the two differ on a channel, the refusal is recorded anew for the survivor. */
async function keepStricterConsent(
  tx: TransactionSql,
  { from, into, at, newId }: { from: string; into: string; at: Date; newId: () => string },
): Promise<void> {
  const differing = await tx<{ channel: string }[]>`
    with newest as (
      select distinct on (customer_id, channel) customer_id, channel, state from consents
      where customer_id in (${from}, ${into}) order by customer_id, channel, at desc, id desc)
    select channel from newest group by channel having count(distinct state) > 1`;
  for (const { channel } of differing) {
    await tx`
      insert into consents (id, customer_id, channel, state, source, at)
      values (${newId()}, ${into}, ${channel}, 'denied', 'merge', ${at})`;
  }
}
