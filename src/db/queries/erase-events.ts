import type { TransactionSql } from 'postgres';

/**
 * Takes away events of some people, with the facts drawn from them, at most `limit`; says how many. Along the index, one
 * after the other: any other way reads what the turns before have taken away once more in each.
 */
export async function eraseEvents(
  tx: TransactionSql,
  people: readonly string[],
  limit: number,
): Promise<number> {
  const erased = await tx`
    with facts as (
      delete from customer_events where seq = any(array(
        select f.seq from unnest(${[...people]}::uuid[]) as p (id), lateral (
          select seq from customer_events where customer_id = p.id order by occurred_at limit ${limit}) f
        limit ${limit}))
      returning seq
    ), gone as (delete from events where seq = any(array(select seq from facts)))
    select from facts`;
  return erased.count;
}

/** Leaves of some events that they came: what asked for an erasure names whom. */
export async function stripEvents(tx: TransactionSql, seqs: readonly number[]): Promise<void> {
  await tx`
    update events set user_id = null, anonymous_id = null, previous_id = null, body = '{}'
    where seq = any(${[...seqs]}::bigint[])`;
}
