import type { Predicate } from '../../define/predicate-data.ts';
import type { Sql } from '../connect.ts';
import { together } from '../together.ts';
import { evaluateTogether } from './evaluate-together.ts';
import { customerOfRun } from './run-customer.ts';

/**
 * Whether a predicate holds now for the customer whose run it is; null when there is no such run. Of a predicate that is
 * the same list each time the statement and its plan are kept: making them took longer than looking up one customer.
 */
export async function holdsForRun(
  sql: Sql,
  predicates: readonly [Predicate],
  { runId, now }: { runId: string; now: Date },
): Promise<boolean | null> {
  return sql.begin('read only', async (tx) => {
    const [, customerId] = await together([
      // The plan is made for any one customer, whose rows are looked up by key, however small the tables are by now.
      tx`select set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)`.execute(),
      customerOfRun(tx, runId),
    ]);
    if (customerId === null) return null;
    const asked = new Map([[predicates[0], new Set([customerId])]]);
    const found = await evaluateTogether(tx, predicates, { asked, now });
    return found.get(predicates[0])!.some(({ holds }) => holds);
  });
}
