import type { TransactionSql } from 'postgres';

/** A customer who was out of reach, and when they no longer were: epoch milliseconds of Kairos's time. */
export interface CameWithinReach {
  customerId: string;
  at: number;
}

/**
 * Which held runs of these customers can begin now, locked until the transaction ends. Those that were held no longer
 * when their customer came within reach are closed as `expired`.
 */
export async function releasableRuns(
  tx: TransactionSql,
  reached: readonly CameWithinReach[],
  closedAt: Date,
): Promise<string[]> {
  if (reached.length === 0) return [];
  const ids = reached.map(({ customerId }) => customerId);
  const times = reached.map(({ at }) => new Date(at).toISOString());
  const rows = await tx<{ id: string }[]>`
    with held as materialized (
      select r.id, r.held_until > x.at as "isInTime"
      from runs r join unnest(${ids}::uuid[], ${times}::timestamptz[]) as x (customer_id, at)
        on x.customer_id = r.customer_id
      where r.customer_id = any(${ids}::uuid[]) and r.state = 'open' and r.held_until is not null
      order by r.id for update of r
    ), missed as (
      update runs set state = 'closed', outcome = 'expired', closed_at = ${closedAt}
      from held where runs.id = held.id and not held."isInTime")
    select id from held where "isInTime"`;
  return rows.map(({ id }) => id);
}

/** Lets held runs that are still open begin: what they are told so far is owed to Temporal from now on. */
export async function releaseRuns(tx: TransactionSql, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx`
    with released as (
      update runs set held_until = null
      where id = any(${[...ids]}::uuid[]) and state = 'open' and held_until is not null
      returning id)
    update dispatches d set held = false from released r where d.run_id = r.id and d.held`;
}

/**
 * Closes held runs whose time was over by a moment as `expired`, at most `limit`, the longest over first; says how
 * many. What they would have been told is told to nobody, and goes.
 */
export async function expireHeldRuns(
  tx: TransactionSql,
  expire: { heldUntil: Date; closedAt: Date; limit: number },
): Promise<number> {
  const expired = await tx<{ id: string }[]>`
    update runs set state = 'closed', outcome = 'expired', closed_at = ${expire.closedAt}
    where id = any(array(
      select id from runs where state = 'open' and held_until is not null and held_until <= ${expire.heldUntil}
      order by held_until limit ${expire.limit}))
    returning id`;
  if (expired.length > 0)
    await tx`delete from dispatches where run_id = any(${expired.map(({ id }) => id)}::uuid[])`;
  return expired.length;
}

/** When the oldest event came that waits for routing; null when none does. */
export async function oldestUnroutedAt(tx: TransactionSql): Promise<Date | null> {
  const [oldest] = await tx<{ at: Date }[]>`
    select e.received_at as at from unrouted u join events e on e.seq = u.seq order by u.seq limit 1`;
  return oldest?.at ?? null;
}
