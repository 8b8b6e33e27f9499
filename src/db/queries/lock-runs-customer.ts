import type { TransactionSql } from 'postgres';

interface Locked {
  id: string;
  mergedInto: string | null;
}

/**
 * Locks the customer of a run until the transaction ends, and says who it is; null when there is no such run. Who
 * was joined to another is followed to the one who has everything now. Two sends to one customer pass the gate one
 * after the other, which is what makes caps hold.
 */
export async function lockRunsCustomer(tx: TransactionSql, runId: string): Promise<string | null> {
  const [first] = await tx<Locked[]>`
    select c.id, c.merged_into as "mergedInto"
    from runs r join customers c on c.id = r.customer_id
    where r.id = ${runId} for update of c`;
  let locked = first;
  while (locked?.mergedInto) {
    [locked] = await tx<Locked[]>`
      select id, merged_into as "mergedInto" from customers where id = ${locked.mergedInto} for update`;
  }
  return locked?.id ?? null;
}
