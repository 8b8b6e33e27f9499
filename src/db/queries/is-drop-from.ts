import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';
import { partsLeft, type DropRule, type Price } from '../../domain/price-drop.ts';

type Fragment = PendingQuery<Row[]>;

/** Whether a price is a drop from a known one, which stands in columns of the statement around it: as `isDrop` has it. */
export function isDropFrom(
  sql: Sql | TransactionSql,
  known: { minor: Fragment; currency: Fragment },
  { now, rule }: { now: Price; rule: DropRule },
): Fragment {
  const { percent, amountMinor } = rule;
  const byPercent = sql`${now.minor}::bigint * 10000 <= ${known.minor} * ${partsLeft(rule)}::bigint`;
  const byAmount = sql`${now.minor}::bigint <= ${known.minor} - ${amountMinor}::bigint`;
  const less = sql`${known.currency} = ${now.currency} and ${now.minor}::bigint < ${known.minor}`;
  if (percent <= 0 && amountMinor <= 0) return less;
  if (amountMinor <= 0) return sql`${less} and ${byPercent}`;
  return percent <= 0 ? sql`${less} and ${byAmount}` : sql`${less} and (${byPercent} or ${byAmount})`;
}
