import type { TransactionSql } from 'postgres';
import type { DateRow } from '../../routing/reckon-date.ts';

/** A date's row, and whose it is. */
export interface OwnedDateRow extends DateRow {
  /** The journey. */
  name: string;
  customerId: string;
}

/** The rows that there are of these journeys and customers. */
export async function loadDateStarts(
  tx: TransactionSql,
  names: readonly string[],
  customerIds: readonly string[],
): Promise<OwnedDateRow[]> {
  return shown(
    await tx<StoredRow[]>`
      select ${columns(tx)} from date_starts
      where customer_id = any(${[...customerIds]}::uuid[]) and name = any(${[...names]})`,
  );
}

/** The rows of these journeys whose start has come, the oldest first, at most `limit`. */
export async function dueDateStarts(
  tx: TransactionSql,
  names: readonly string[],
  { now, limit }: { now: Date; limit: number },
): Promise<OwnedDateRow[]> {
  return shown(
    await tx<StoredRow[]>`
      select ${columns(tx)} from date_starts
      where name = any(${[...names]}) and starts_at <= ${now} and not is_stale order by starts_at limit ${limit}`,
  );
}

/** Whose rows of these journeys are to be reckoned anew, at most `limit`. */
export async function staleCustomers(
  tx: TransactionSql,
  names: readonly string[],
  limit: number,
): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select distinct customer_id as id from date_starts where is_stale and name = any(${[...names]}) limit ${limit}`;
  return rows.map(({ id }) => id);
}

/** Records that the rows of these customers and journeys have been reckoned anew. */
export async function settleDateStarts(
  tx: TransactionSql,
  names: readonly string[],
  customerIds: readonly string[],
): Promise<void> {
  if (customerIds.length === 0) return;
  await tx`
    update date_starts set is_stale = false
    where is_stale and customer_id = any(${[...customerIds]}::uuid[]) and name = any(${[...names]})`;
}

/** Writes rows, those of the journeys in `stale` as ones that are to be reckoned anew. */
export async function saveDateStarts(
  tx: TransactionSql,
  rows: readonly OwnedDateRow[],
  stale: ReadonlySet<string> = new Set(),
): Promise<void> {
  if (rows.length === 0) return;
  const given = rows.map(({ customerId, startsAt, ...row }) => ({
    ...row,
    customer_id: customerId,
    starts_at: startsAt === null ? null : new Date(startsAt),
    is_stale: stale.has(row.name),
  }));
  await tx`
    insert into date_starts (name, customer_id, date, zone, occasion, starts_at, problem, is_stale)
    select * from jsonb_to_recordset(${tx.json(given)})
      as r (name text, customer_id uuid, date text, zone text, occasion date, starts_at timestamptz, problem text,
            is_stale boolean)
    on conflict (customer_id, name) do update set
      date = excluded.date, zone = excluded.zone, occasion = excluded.occasion, starts_at = excluded.starts_at,
      problem = excluded.problem, is_stale = excluded.is_stale`;
}

/** Takes away the rows of dates that there are no more. */
export async function dropDateStarts(
  tx: TransactionSql,
  rows: readonly { name: string; customerId: string }[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx`
    delete from date_starts d
    using unnest(${rows.map((row) => row.customerId)}::uuid[], ${rows.map((row) => row.name)}::text[]) as x (id, name)
    where d.customer_id = x.id and d.name = x.name`;
}

type StoredRow = Omit<OwnedDateRow, 'startsAt'> & { startsAt: Date | null };

const columns = (tx: TransactionSql) => tx`
  name, customer_id as "customerId", date, zone, occasion::text, starts_at as "startsAt", problem`;

const shown = (rows: readonly StoredRow[]): OwnedDateRow[] =>
  rows.map((row) => ({ ...row, startsAt: row.startsAt?.getTime() ?? null }));
