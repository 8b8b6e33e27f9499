import type { TransactionSql } from 'postgres';

/** What a source says a product costs. Time in epoch milliseconds. */
export interface PriceReport {
  sku: string;
  source: string;
  priceMinor: number;
  currency: string;
  at: number;
}

/** What a source says of a state that universal events tell of. Time in epoch milliseconds. */
export interface StateReport {
  type: string;
  subject: string;
  /** The value of the field that tells one state of a subject from another. */
  place: string;
  source: string;
  data: Record<string, unknown>;
  at: number;
}

/** What each source said last of the prices of some skus. */
export async function loadPrices(tx: TransactionSql, skus: readonly string[]): Promise<PriceReport[]> {
  if (skus.length === 0) return [];
  return tx<PriceReport[]>`
    select sku, source, price_minor::float8 as "priceMinor", currency,
      (extract(epoch from at) * 1000)::float8 as at
    from prices where sku = any(${[...skus]}::text[])`;
}

/** Keeps the newest price of each sku and source; of two of one time the later. */
export async function savePrices(tx: TransactionSql, reports: readonly PriceReport[]): Promise<void> {
  if (reports.length === 0) return;
  const newest = newestOf(reports, ({ sku, source }) => [sku, source]);
  await tx`
    insert into prices (sku, source, price_minor, currency, at)
    select sku, source, "priceMinor", currency, at from jsonb_to_recordset(${tx.json(newest)})
      as r (sku text, source text, "priceMinor" bigint, currency text, at timestamptz)
    on conflict (sku, source) do update set
      price_minor = excluded.price_minor, currency = excluded.currency, at = excluded.at
    where excluded.at >= prices.at`;
}

/** What each source said last of the states that some reports are on. */
export async function loadStates(
  tx: TransactionSql,
  reports: readonly StateReport[],
): Promise<StateReport[]> {
  if (reports.length === 0) return [];
  const column = (pick: (report: StateReport) => string) => reports.map(pick);
  return tx<StateReport[]>`
    select distinct w.type, w.subject, w.place, w.source, w.data, (extract(epoch from w.at) * 1000)::float8 as at
    from world_states w join unnest(${column(({ type }) => type)}::text[], ${column(({ subject }) => subject)}::text[],
      ${column(({ place }) => place)}::text[]) as r (type, subject, place)
      on (w.type, w.subject, w.place) = (r.type, r.subject, r.place)`;
}

/** Keeps the newest report on each state by each source; of two of one time the later. */
export async function saveStates(tx: TransactionSql, reports: readonly StateReport[]): Promise<void> {
  if (reports.length === 0) return;
  const newest = newestOf(reports, ({ type, subject, place, source }) => [type, subject, place, source]);
  await tx`
    insert into world_states (type, subject, place, source, data, at)
    select type, subject, place, source, data, at from jsonb_to_recordset(${tx.json(newest as never)})
      as r (type text, subject text, place text, source text, data jsonb, at timestamptz)
    on conflict (type, subject, place, source) do update set data = excluded.data, at = excluded.at
    where excluded.at >= world_states.at`;
}

/** Of each place the newest report, for a statement may write a row once; of two of one time the later. */
export function newestOf<Report extends { at: number }>(
  reports: readonly Report[],
  placeOf: (report: Report) => string[],
): (Omit<Report, 'at'> & { at: Date })[] {
  const newest = new Map<string, Report>();
  for (const report of reports) {
    const place = JSON.stringify(placeOf(report));
    if (report.at >= (newest.get(place)?.at ?? -Infinity)) newest.set(place, report);
  }
  return [...newest.values()].map((report) => ({ ...report, at: new Date(report.at) }));
}
