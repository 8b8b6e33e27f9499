import type { TransactionSql } from 'postgres';
import { cancelHeld } from './cancel-held.ts';

/** A customer and a journey that starts on a date of theirs. */
export interface DateOfCustomer {
  customerId: string;
  name: string;
}

/** An open run, and the occasion that it is about. */
export interface OccasionRun extends DateOfCustomer {
  id: string;
  occasion: string;
}

/** The open runs of these customers and journeys, locked: none of them closes before it is decided what they are about. */
export async function lockOccasionRuns(
  tx: TransactionSql,
  dates: readonly DateOfCustomer[],
): Promise<OccasionRun[]> {
  return tx<OccasionRun[]>`
    select id, customer_id as "customerId", name, key as occasion from runs
    where state = 'open' and (customer_id, name) in (${given(tx, dates)}) order by id for update`;
}

/**
 * Ends runs as `moved`: the occasion that they were about is none any more. The end of a held run is told to nobody.
 * Answers how many dispatches were written.
 */
export async function endMovedRuns(
  tx: TransactionSql,
  ids: readonly string[],
  { at, event }: { at: Date; event: string },
): Promise<number> {
  if (ids.length === 0) return 0;
  const ended = await tx`
    with ended as (
      update runs set state = 'closed', outcome = 'moved', closed_at = ${at},
        last_seq = last_seq + case when held_until is null then 1 else 0 end
      where id = any(${[...ids]}::uuid[]) and state = 'open'
      returning id, last_seq, held_until, outcome, closed_at
    ), cancelled as (${cancelHeld(tx, tx`ended`)})
    insert into dispatches (run_id, seq, kind, event_name, occurred_at, carries)
    select id, last_seq, 'end', ${event}, ${at}, '{}'::jsonb from ended where held_until is null`;
  return ended.count;
}

/** What is known of the runs of a customer and journey, those that ended as `moved` left out. */
export interface PastOccasions {
  occasions: ReadonlySet<string>;
  /** Of the run that was closed last; null when none was. Epoch milliseconds of Kairos's time. */
  lastClosedAt: number | null;
}

/** By `customer/journey`. */
export async function pastOccasions(
  tx: TransactionSql,
  dates: readonly DateOfCustomer[],
): Promise<Map<string, PastOccasions>> {
  const rows = await tx<(DateOfCustomer & { occasions: string[]; at: Date | null })[]>`
    select customer_id as "customerId", name, array_agg(key) as occasions, max(closed_at) as at from runs
    where (customer_id, name) in (${given(tx, dates)}) and outcome is distinct from 'moved'
    group by customer_id, name`;
  return new Map(
    rows.map((row) => [
      placeOf(row),
      { occasions: new Set(row.occasions), lastClosedAt: row.at?.getTime() ?? null },
    ]),
  );
}

export const placeOf = ({ customerId, name }: DateOfCustomer): string => `${customerId}/${name}`;

const given = (tx: TransactionSql, dates: readonly DateOfCustomer[]) => tx`
  select * from unnest(${dates.map((date) => date.customerId)}::uuid[], ${dates.map((date) => date.name)}::text[])`;
