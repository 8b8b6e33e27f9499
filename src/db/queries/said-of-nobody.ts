import type { Fragment, Sql, TransactionSql } from 'postgres';

/**
 * A verdict as the ledger keeps it of a delivery `d`: one of a customer who was erased loses its words, in which a
 * provider may have quoted whom it is about. `d` is the row that is updated, so that an erasure which was committed
 * while the update waited for it is seen.
 */
export function keptVerdict(sql: Sql | TransactionSql, verdict: Fragment): Fragment {
  return sql`case when d.anonymous then ${verdict} || jsonb_build_object('words', ${verdict} ->> 'state') else ${verdict} end`;
}

/**
 * The provider's name for the message of a delivery `d`, likewise: it leads to the person. One that was never handed over
 * has none, whatever is said of it.
 */
export function keptProviderId(sql: Sql | TransactionSql, providerId: Fragment): Fragment {
  return sql`case when d.anonymous then null when d.state in ('waiting', 'withheld', 'held-out') then d.provider_id
    else coalesce(${providerId}, d.provider_id) end`;
}

/**
 * Sets the state of a delivery `d` whose message was certainly not taken: it is as it was, unless nobody is to get it.
 * What was `unknown` before that call stays so.
 */
export function cancelledIfErased(sql: Sql | TransactionSql): Fragment {
  return sql`state = case when d.anonymous and d.state = 'intended' then 'cancelled' else d.state end,
    reason = case when d.anonymous and d.state = 'intended' then 'erased' else d.reason end`;
}
