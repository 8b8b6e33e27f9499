import type { TransactionSql } from 'postgres';
import { bearing, type TableSizes } from './kept-plan.ts';
import { addressTraits, type LockedCustomer } from './lock-runs-customer.ts';

/**
 * Locks the customers of some runs until the transaction ends, and says whose each run is. Those are left out whom somebody
 * else has locked: to wait for them would be to keep all the others from everybody meanwhile. So is a run that is not
 * there, and one whose customer was joined to another.
 */
export async function lockRunsCustomers(
  tx: TransactionSql,
  { runIds, sizes }: { runIds: readonly string[]; sizes: TableSizes },
): Promise<Map<string, LockedCustomer>> {
  const rows = await tx<(LockedCustomer & { runId: string })[]>`
    select ${bearing(tx, sizes)} r.id as "runId", c.id, ${addressTraits(tx)}
    from runs r join customers c on c.id = r.customer_id
    where r.id = any(${[...runIds]}::uuid[]) and c.merged_into is null
    order by c.id for update of c skip locked`;
  return new Map(rows.map(({ runId, ...customer }) => [runId, customer]));
}
