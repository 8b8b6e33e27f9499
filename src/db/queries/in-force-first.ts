import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';

type Fragment = PendingQuery<Row[]>;

/**
 * The order in which, of what several sources reported, that which is in force comes first, as `inForce` has it: the
 * newest; of two of one moment that of the source which is first by name.
 */
export const inForceFirst = (sql: Sql | TransactionSql): Fragment => sql`at desc, source`;

/** The price in force of a sku, a column of the statement around it; none where nobody has reported one. */
export const priceNow = (sql: Sql | TransactionSql, sku: Fragment): Fragment =>
  sql`select price_minor, currency from prices where prices.sku = ${sku} order by ${inForceFirst(sql)} limit 1`;
