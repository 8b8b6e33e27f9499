import type { Predicate } from '../../define/predicate-data.ts';
import type { Sql } from '../connect.ts';
import { evaluate } from './evaluate-predicate.ts';
import { compileTogether, FoundLeaves, type Compiled, type LeafRow } from './evaluate-together.ts';
import { customerOfRun } from './run-customer.ts';

/**
 * Whether a predicate holds now for the customer whose run it is, whom the same statement finds; null when there is no
 * such run. Of a predicate that is the same list each time the statement is kept, and on `lookUps` its plan: making them
 * took longer than looking up one customer, and so did going to the database once more to learn whose the run is.
 */
export async function holdsForRun(
  lookUps: Sql,
  predicates: readonly [Predicate],
  { runId, now }: { runId: string; now: Date },
): Promise<boolean | null> {
  if (!compiled.has(predicates)) compiled.set(predicates, compileTogether(predicates, ofRun));
  const statement = compiled.get(predicates);
  if (!statement) return holdsForItsCustomer(lookUps, predicates[0], { runId, now });
  const parameters = statement.parameters.map((parameter) => parameter({ whom: [], now, given: runId }));
  const rows = await lookUps.unsafe<LeafRow[]>(statement.text, parameters as never, { prepare: true });
  const found = new FoundLeaves(statement, rows);
  const asked = found.asked();
  return asked.length === 0 ? null : found.evaluated(predicates[0], asked).some(({ holds }) => holds);
}

const compiled = new WeakMap<readonly Predicate[], Compiled | null>();

/** Who is asked about: the one whose run it is, since a join maybe another than when it opened. */
const ofRun = '(select array[r.customer_id] from runs r where r.id = $1::uuid and r.customer_id is not null)';

async function holdsForItsCustomer(
  sql: Sql,
  predicate: Predicate,
  { runId, now }: { runId: string; now: Date },
): Promise<boolean | null> {
  const customerId = await customerOfRun(sql, runId);
  if (customerId === null) return null;
  const found = await evaluate(sql, predicate, { who: [customerId], now });
  return found.some(({ holds }) => holds);
}
