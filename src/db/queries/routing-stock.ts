import type { TransactionSql } from 'postgres';
import { unknownShelf, type Shelf, type StockLevel } from '../../domain/shelf.ts';

interface LevelRow {
  sku: string;
  source: string;
  location: string;
  available: number;
  at: Date;
  seq: number;
}

/** What is known of the stock of some skus; with the reports it is counted from for those that are reported anew. */
export async function loadShelves(
  tx: TransactionSql,
  skus: { named: readonly string[]; reported: readonly string[] },
): Promise<Map<string, Shelf>> {
  const rows = await tx<{ sku: string; units: number; at: Date; sold_out_at: Date | null }[]>`
    select sku, units::float8 as units, at, sold_out_at from stock where sku = any(${[...skus.named]}::text[])`;
  const levels = await loadLevels(tx, skus.reported);
  return new Map(
    rows.map(({ sku, units, at, sold_out_at }): [string, Shelf] => [
      sku,
      {
        levels: levels.get(sku) ?? unknownShelf.levels,
        units,
        at: at.getTime(),
        soldOutAt: sold_out_at?.getTime() ?? null,
      },
    ]),
  );
}

async function loadLevels(tx: TransactionSql, skus: readonly string[]): Promise<Map<string, StockLevel[]>> {
  const levels = new Map<string, StockLevel[]>();
  if (skus.length === 0) return levels;
  const rows = await tx<LevelRow[]>`
    select sku, source, location, available::float8 as available, at, seq::float8 as seq
    from stock_levels where sku = any(${[...skus]}::text[])`;
  for (const { sku, at, ...row } of rows) {
    levels.set(sku, [...(levels.get(sku) ?? []), { ...row, at: at.getTime() }]);
  }
  return levels;
}

/** Keeps the shelves that reports have changed: their units, and those of the reports that are as new as `sinceSeq`. */
export async function saveShelves(
  tx: TransactionSql,
  shelves: readonly (readonly [sku: string, shelf: Shelf])[],
  sinceSeq: number,
): Promise<void> {
  if (shelves.length === 0) return;
  const units = shelves.map(([sku, { units, at, soldOutAt }]) => ({
    ...{ sku, units, at: new Date(at!) },
    sold_out_at: soldOutAt === null ? null : new Date(soldOutAt),
  }));
  await tx`
    insert into stock (sku, units, at, sold_out_at)
    select * from jsonb_to_recordset(${tx.json(units)})
      as r (sku text, units bigint, at timestamptz, sold_out_at timestamptz)
    on conflict (sku) do update set
      units = excluded.units, at = excluded.at, sold_out_at = excluded.sold_out_at`;
  const levels = shelves.flatMap(([sku, shelf]) =>
    shelf.levels
      .filter(({ seq }) => seq >= sinceSeq)
      .map((level) => ({ ...level, sku, at: new Date(level.at) })),
  );
  await tx`
    insert into stock_levels (sku, source, location, available, at, seq)
    select * from jsonb_to_recordset(${tx.json(levels)})
      as r (sku text, source text, location text, available bigint, at timestamptz, seq bigint)
    on conflict (sku, source, location) do update set
      available = excluded.available, at = excluded.at, seq = excluded.seq`;
}
