import type { Fragment, Sql, TransactionSql } from 'postgres';
import { mostVerdicts, type Verdict } from '../../domain/delivery.ts';

/**
 * The verdicts of a delivery `d` with one more, if there is one to say. Kept unless the last says the same or there are
 * many: a provider that is away for a day fills no page. Nothing is added of a customer who was erased.
 */
export function withVerdict(sql: Sql | TransactionSql, verdict: Verdict | null): Fragment {
  if (verdict === null) return sql`d.verdicts`;
  return sql`case when d.anonymous or d.verdicts -> -1 ->> 'words' = ${verdict.words}
      or jsonb_array_length(d.verdicts) >= ${mostVerdicts}
    then d.verdicts else d.verdicts || ${sql.json([verdict] as never)} end`;
}
