import type { TransactionSql } from 'postgres';
import type { Clock } from '../../clock.ts';
import { reported, unknownShelf, type Shelf } from '../../domain/shelf.ts';
import { loadShelves, saveShelves } from './routing-stock.ts';
import { savePrices, type PriceReport } from './routing-world.ts';
import { savePriceHistory } from './save-price-history.ts';
import { upsertProducts, type NewProduct } from './upsert-products.ts';

/** When a report was made, epoch milliseconds of Kairos's time; null: as it is written. */
type Timed<Of> = Omit<Of, 'at'> & { at: number | null };

export interface StockReport {
  sku: string;
  source: string;
  /** Empty: it names none. */
  location: string;
  available: number;
  at: number;
}

/** What one line of a feed says: of the catalogue, of stock, of prices, or of all of them. */
export interface WorldLine {
  product: NewProduct | null;
  stock: readonly Timed<StockReport>[];
  prices: readonly Timed<PriceReport>[];
}

/**
 * Sets the catalogue and what is known of stock and prices as some lines say, in their order, in a number of statements
 * that does not grow with them. It wakes and tells nobody; whoever calls it holds the routing lock, so that no report
 * that is routed meanwhile is lost. Gives for each line whether it said anything new: of a product that is named twice
 * the last line counts; what is said of stock or prices alone is always news.
 */
export async function setWorld(
  tx: TransactionSql,
  clock: Clock,
  lines: readonly WorldLine[],
): Promise<boolean[]> {
  const last = new Map(
    lines.flatMap(({ product }, place) => (product ? [[product.sku, place] as const] : [])),
  );
  const products = [...last.values()].map((place) => lines[place]!.product!);
  const changed = new Set(products.length === 0 ? [] : await upsertProducts(tx, products, clock.now()));
  // Only now: who waited for another's put of the same product reports later than that one.
  const now = clock.now().getTime();
  const timed = <Of extends { at: number | null }>(report: Of) => ({ ...report, at: report.at ?? now });
  await setStock(
    tx,
    lines.flatMap(({ stock }) => stock.map(timed)),
  );
  const prices = lines.flatMap((line) => line.prices.map(timed));
  await savePriceHistory(tx, prices);
  await savePrices(tx, prices);
  return lines.map(({ product, stock }, place) =>
    product === null
      ? true
      : last.get(product.sku) === place && (changed.has(product.sku) || stock.length > 0),
  );
}

async function setStock(tx: TransactionSql, reports: readonly StockReport[]): Promise<void> {
  if (reports.length === 0) return;
  // A place among all events, as of two reports of one time the later counts.
  const [next] = await tx<{ seq: string }[]>`select nextval(pg_get_serial_sequence('events', 'seq')) as seq`;
  const seq = Number(next!.seq);
  const skus = [...new Set(reports.map(({ sku }) => sku))];
  const shelves = await loadShelves(tx, { named: skus, reported: skus });
  const changed = new Map<string, Shelf>();
  for (const { sku, ...report } of reports) {
    const before = changed.get(sku) ?? shelves.get(sku) ?? unknownShelf;
    const after = reported(before, { ...report, seq });
    if (after !== before) changed.set(sku, after);
  }
  await saveShelves(tx, [...changed], seq);
}
