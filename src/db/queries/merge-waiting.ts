import type { TransactionSql } from 'postgres';

/**
 * Lets the waiting entries of two customers be those of one, before they move. What one of them was told of, or bought,
 * after the other looked is done with: it ends as if both had been one all along. Of two that wait for one product the
 * one that has waited longer keeps the place; the other is closed as `merged`.
 */
export async function mergeWaiting(tx: TransactionSql, from: string, into: string, at: Date): Promise<void> {
  await tx`
    update waiting_entries w set state = 'closed', reason = 'bought', ended_at = ${at}
    where w.customer_id in (${from}, ${into}) and w.state = 'waiting' and exists (
      select from order_lines l where l.customer_id = ${otherThan(tx, from, into)} and l.ordered_at >= w.since
        and (l.sku = w.sku or exists (
          select from products p where p.sku = w.sku and l.sku = any(p.substitutes))))`;
  await tx`
    update waiting_entries w set state = 'closed', reason = 'merged', ended_at = ${at}
    where w.customer_id in (${from}, ${into}) and w.state = 'waiting' and exists (
      select from waiting_entries o
      where o.customer_id = ${otherThan(tx, from, into)} and o.sku = w.sku and o.list = w.list and (
        (o.state = 'consumed' and o.ended_at >= w.since)
        or (o.state = 'waiting' and (o.since, o.id) < (w.since, w.id))))`;
}

/** Of the two customers the one whose entry `w` is not. */
function otherThan(tx: TransactionSql, from: string, into: string) {
  return tx`case w.customer_id when ${from} then ${into}::uuid else ${from}::uuid end`;
}
