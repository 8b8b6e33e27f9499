import type { TransactionSql } from 'postgres';
import type { SubstituteRule } from '../../domain/substitutes.ts';
import { survivorOf, type MergeSet } from './merge-set.ts';
import { servesFor } from './serves-for.ts';

/**
 * Lets the waiting entries of customers who become one be those of one, before they move. What one of them was told of,
 * or bought, after another looked is done with: it ends as if all had been one all along. Of several that wait for one
 * product the one that has waited longest keeps the place, and has asked when any of them last did; the others are closed
 * as `merged`.
 */
export async function mergeWaiting(
  tx: TransactionSql,
  merges: MergeSet,
  rules: ReadonlyMap<string, SubstituteRule>,
): Promise<void> {
  const everyone = [...merges.everyone];
  const theirs = tx`
    select w.*, ${survivorOf(tx, merges, tx`w.customer_id`)} as into_id
    from waiting_entries w where w.customer_id = any(${everyone}::uuid[])`;
  await tx`
    with entry as materialized (${theirs} and w.state = 'waiting'), line as materialized (
      select l.*, ${survivorOf(tx, merges, tx`l.customer_id`)} as into_id
      from purchases l where l.customer_id = any(${everyone}::uuid[]))
    update waiting_entries set state = 'closed', reason = 'bought', bought_sku = done.sku, ended_at = ${merges.at}
    from (
      select distinct on (w.id) w.id, l.sku from entry w join line l on l.into_id = w.into_id
      left join ${ruleTable(tx, rules)} on r.list = w.list
      where l.customer_id <> w.customer_id and l.ordered_at >= w.since
        and (l.sku = w.sku or ${servesFor(tx, { waited: tx`w.sku`, bought: tx`l.sku`, rule: { named: tx`coalesce(r.named, true)`, within: tx`r.within` } })})
      order by w.id, (l.sku = w.sku) desc, l.ordered_at, l.sku) done
    where waiting_entries.id = done.id`;
  await tx`
    with entry as materialized (${theirs} and w.state = 'waiting')
    update waiting_entries set asked_at = line.newest
    from (
      select w.id, greatest(w.since, w.asked_at) as asked,
        max(greatest(w.since, w.asked_at)) over same as newest, row_number() over (same order by w.since, w.id) as place
      from entry w window same as (partition by w.into_id, w.sku, w.list)) line
    where waiting_entries.id = line.id and line.place = 1 and line.newest > line.asked`;
  await tx`
    with entry as materialized (${theirs})
    update waiting_entries set state = 'closed', reason = 'merged', ended_at = ${merges.at}
    where id = any(array(
      select w.id from entry w join entry o on o.into_id = w.into_id and o.sku = w.sku and o.list = w.list
      where w.state = 'waiting' and o.customer_id <> w.customer_id and (
        (o.state = 'consumed' and o.ended_at >= w.since)
        or (o.state = 'waiting' and (o.since, o.id) < (w.since, w.id)))))`;
}

/** The rules as a table `r`. */
function ruleTable(tx: TransactionSql, rules: ReadonlyMap<string, SubstituteRule>) {
  const rows = [...rules].map(([list, rule]) => ({
    ...{ list, named: rule.named, within: rule.else === false ? null : rule.else.priceWithin },
  }));
  return tx`jsonb_to_recordset(${tx.json(rows)}) as r (list text, named boolean, within float8)`;
}
