import type { TransactionSql } from 'postgres';
import { survivorOf, type MergeSet } from './merge-set.ts';

/**
 * Lets the waiting entries of customers who become one be those of one, before they move. What one of them was told of,
 * or bought, after another looked is done with: it ends as if all had been one all along. Of several that wait for one
 * product the one that has waited longest keeps the place; the others are closed as `merged`.
 */
export async function mergeWaiting(tx: TransactionSql, merges: MergeSet): Promise<void> {
  const everyone = [...merges.everyone];
  const theirs = tx`
    select w.*, ${survivorOf(tx, merges, tx`w.customer_id`)} as into_id
    from waiting_entries w where w.customer_id = any(${everyone}::uuid[])`;
  await tx`
    with entry as materialized (${theirs} and w.state = 'waiting'), line as materialized (
      select l.*, ${survivorOf(tx, merges, tx`l.customer_id`)} as into_id
      from order_lines l where l.customer_id = any(${everyone}::uuid[]))
    update waiting_entries set state = 'closed', reason = 'bought', ended_at = ${merges.at}
    where id = any(array(
      select w.id from entry w join line l on l.into_id = w.into_id
      where l.customer_id <> w.customer_id and l.ordered_at >= w.since
        and (l.sku = w.sku or exists (
          select from products p where p.sku = w.sku and l.sku = any(p.substitutes)))))`;
  await tx`
    with entry as materialized (${theirs})
    update waiting_entries set state = 'closed', reason = 'merged', ended_at = ${merges.at}
    where id = any(array(
      select w.id from entry w join entry o on o.into_id = w.into_id and o.sku = w.sku and o.list = w.list
      where w.state = 'waiting' and o.customer_id <> w.customer_id and (
        (o.state = 'consumed' and o.ended_at >= w.since)
        or (o.state = 'waiting' and (o.since, o.id) < (w.since, w.id)))))`;
}
