import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';
import type { Predicate } from '../../define/predicate-data.ts';
import { evaluation } from './evaluate-predicate.ts';

/** Whom a watch gathered, and for what. */
export interface GatheringRow {
  seq: number;
  /** The name that its code has for what woke it. */
  wake: string;
  eventId: string;
  /** Of a report on a state that stands for itself which of them it is; null: it is no such. */
  place: string | null;
  customers: number;
  isEnded: boolean;
  /** It ended because what it was for was over. */
  isOver: boolean;
}

/** What woke a run by its dispatch of this number; null: it is too long ago. */
export async function wakeOf(
  tx: TransactionSql,
  { runId, seq }: { runId: string; seq: number },
): Promise<{ wake: string; eventId: string } | null> {
  const [row] = await tx<{ wake: string; eventId: string }[]>`
    select event_name as wake, event_id as "eventId" from dispatches
    where run_id = ${runId} and seq = ${seq} and event_id is not null`;
  return row ?? null;
}

/** Writes down that a run gathers; false: it has gathered for that before. */
export async function beginGathering(
  tx: TransactionSql,
  begun: { runId: string; seq: number; wake: string; eventId: string; place: string | null; at: Date },
): Promise<boolean> {
  const { runId, seq, wake, eventId, place, at } = begun;
  const rows = await tx`
    insert into gatherings (run_id, seq, wake, event_id, place, at, customers)
    values (${runId}, ${seq}, ${wake}, ${eventId}, ${place}, ${at}, 0) on conflict do nothing returning 1`;
  return rows.length > 0;
}

/** When a watch first gathered for an event, in whichever run; null: it never has. */
export async function firstGathered(
  tx: TransactionSql,
  { name, eventId }: { name: string; eventId: string },
): Promise<Date | null> {
  const [row] = await tx<{ at: Date | null }[]>`
    select min(g.at) as at from gatherings g join runs r on r.id = g.run_id
    where g.event_id = ${eventId} and r.name = ${name}`;
  return row!.at;
}

/** The last gathering of a run, or null. */
export async function latestGathering(
  sql: Sql | TransactionSql,
  runId: string,
): Promise<GatheringRow | null> {
  const [row] = await sql<GatheringRow[]>`
    select seq, wake, event_id as "eventId", place, customers, ended_at is not null as "isEnded", over as "isOver"
    from gatherings where run_id = ${runId} order by seq desc limit 1`;
  return row ?? null;
}

/** What a gathering adds to a line. */
export interface Gathering {
  runId: string;
  seq: number;
  list: string;
  subject: string;
  /** Whom the line has told since then is told no more of it. */
  since: Date;
  at: Date;
}

/**
 * Puts everybody whom a predicate holds for into a line, who did something last foremost, and says how many. Each gets a
 * millisecond of their own as their place. Who waits in the line already keeps their place.
 */
export async function gatherAudience(
  tx: TransactionSql,
  gathering: Gathering,
  audience: Predicate,
): Promise<number> {
  const found = evaluation(tx, audience, { who: 'everybody', now: gathering.at });
  return insertGathered(
    tx,
    gathering,
    tx`
      select e.customer_id, s.occurred_at as seen_at, null::bigint as seen_minor, null::text as seen_currency
      from (${found}) e left join lateral (
        select occurred_at from customer_events x where x.customer_id = e.customer_id and x.name is not null
        order by x.occurred_at desc limit 1) s on true
      where e.holds`,
  );
}

/**
 * @param found a query that gives `customer_id`; `seen_at`, by which they are put in line; and the price that they know,
 * `seen_minor` and `seen_currency`, both null where it is not about a price.
 */
export async function insertGathered(
  tx: TransactionSql,
  { runId, seq, list, subject, since, at }: Gathering,
  found: PendingQuery<Row[]>,
): Promise<number> {
  const [row] = await tx<{ customers: number }[]>`
    with found as materialized (
      select f.*, row_number() over (order by f.seen_at desc nulls last, f.customer_id) as place
      from (${found}) f
      where not exists (
        select from waiting_entries w
        where w.customer_id = f.customer_id and w.sku = ${subject} and w.list = ${list}
          and (w.state = 'waiting' or (w.state = 'consumed' and w.ended_at >= ${since})))
    ), entered as (
      insert into waiting_entries (id, list, customer_id, sku, since, state, seen_at, seen_minor, seen_currency)
      select gen_random_uuid(), ${list}, customer_id, ${subject},
        ${at}::timestamptz - ((select count(*) from found) - place) * interval '1 millisecond', 'waiting',
        case when seen_minor is not null then seen_at end, seen_minor, seen_currency
      from found
      on conflict do nothing returning 1)
    update gatherings set customers = (select count(*) from entered), told_since = ${since}
    where run_id = ${runId} and seq = ${seq}
    returning customers`;
  return row!.customers;
}

/**
 * Whoever still waits in a line waits no longer: what they were gathered for is over, but for one gathering. Who was
 * erased while they were gathered leaves no entry.
 * @param ended `isOver`: what they were gathered for is over; else nobody is left whom it could serve, or something else came.
 */
export async function endGatherings(
  tx: TransactionSql,
  ended: { runId: string; list: string; subject: string; at: Date; isOver: boolean; except?: number },
): Promise<void> {
  const { runId, list, subject, at, isOver, except = -1 } = ended;
  await tx`
    delete from waiting_entries w using customers c
    where w.list = ${list} and w.sku = ${subject} and w.state = 'waiting'
      and c.id = w.customer_id and c.erased_at is not null`;
  await tx`
    update waiting_entries set state = 'closed', reason = 'over', ended_at = ${at}
    where list = ${list} and sku = ${subject} and state = 'waiting'`;
  await tx`
    update gatherings set ended_at = ${at}, over = ${isOver}
    where run_id = ${runId} and ended_at is null and seq <> ${except}`;
}
