import type { Predicate } from '../../define/predicate-data.ts';
import type { Sql } from '../connect.ts';
import { keepPlans } from '../keep-plans.ts';
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
    const [, customerId] = await together([keepPlans(tx), customerOfRun(tx, runId)]);
    if (customerId === null) return null;
    const asked = new Map([[predicates[0], new Set([customerId])]]);
    const found = await evaluateTogether(tx, predicates, { asked, now });
    return found.get(predicates[0])!.some(({ holds }) => holds);
  });
}
