import type { TransactionSql } from 'postgres';

/** What a source says a product costs. Time in epoch milliseconds. */
export interface PriceReport {
  sku: string;
  source: string;
  priceMinor: number;
  currency: string;
  at: number;
}

/** What a source says the weather will be on a day. */
export interface ForecastReport {
  region: string;
  day: string;
  source: string;
  condition: string;
  temperatureC: number | null;
  at: number;
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

/** Keeps the newest forecast of each region, day and source; of two of one time the later. */
export async function saveForecasts(tx: TransactionSql, reports: readonly ForecastReport[]): Promise<void> {
  if (reports.length === 0) return;
  const newest = newestOf(reports, ({ region, day, source }) => [region, day, source]);
  await tx`
    insert into forecasts (region, day, source, condition, temperature_c, at)
    select region, day, source, condition, "temperatureC", at from jsonb_to_recordset(${tx.json(newest)})
      as r (region text, day date, source text, condition text, "temperatureC" float8, at timestamptz)
    on conflict (region, day, source) do update set
      condition = excluded.condition, temperature_c = excluded.temperature_c, at = excluded.at
    where excluded.at >= forecasts.at`;
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
