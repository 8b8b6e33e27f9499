import type { PendingQuery, Row, TransactionSql } from 'postgres';

/** The merges of a batch: who becomes whom in the end, also over several merges, and when that is written. */
export interface MergeSet {
  /** Those who become others. */
  from: readonly string[];
  /** They, and those whom they become. */
  everyone: readonly string[];
  /** Whom each of `from` becomes. */
  survivors: Readonly<Record<string, string>>;
  at: Date;
}

/** The merges of a batch from its pairs; each leads to one who becomes nobody else. */
export function mergeSetOf(pairs: readonly { from: string; into: string }[], at: Date): MergeSet {
  const survivors = Object.fromEntries(pairs.map(({ from, into }) => [from, into]));
  const from = pairs.map((pair) => pair.from);
  return { from, everyone: [...new Set([...from, ...pairs.map(({ into }) => into)])], survivors, at };
}

/**
 * Whom a customer in a column becomes: themselves, if not another. Looked up in the statement's own parameter, so that
 * rows are found by `customer_id = any(…)` alone: a join against the pairs leaves the planner free to read whole tables.
 */
export function survivorOf(
  tx: TransactionSql,
  { survivors }: MergeSet,
  column: PendingQuery<Row[]>,
): PendingQuery<Row[]> {
  return tx`coalesce((${tx.json(survivors)}::jsonb ->> ${column}::text)::uuid, ${column})`;
}
