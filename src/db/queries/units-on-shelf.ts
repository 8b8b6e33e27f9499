import type { TransactionSql } from 'postgres';
import type { Sql } from '../connect.ts';

/** How many units of a product there are now, over all sources and locations; null when none ever reported it. */
export async function unitsOnShelf(sql: Sql | TransactionSql, sku: string): Promise<number | null> {
  const [row] = await sql<{ units: number }[]>`select units::float8 as units from stock where sku = ${sku}`;
  return row?.units ?? null;
}
