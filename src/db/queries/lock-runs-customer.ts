import type { TransactionSql } from 'postgres';

/** A customer under lock, with what addresses are made of: under the lock, those do not change. */
export interface LockedCustomer {
  id: string;
  email: unknown;
  phone: unknown;
}

interface Locked extends LockedCustomer {
  mergedInto: string | null;
}

/**
 * Locks the customer of a run until the transaction ends, and says who it is; null when there is no such run. Who
 * was joined to another is followed to the one who has everything now. Two sends to one customer pass the gate one
 * after the other, which is what makes caps hold.
 */
export async function lockRunsCustomer(tx: TransactionSql, runId: string): Promise<LockedCustomer | null> {
  const [first] = await tx<Locked[]>`
    select c.id, c.merged_into as "mergedInto", ${addressTraits(tx)}
    from runs r join customers c on c.id = r.customer_id
    where r.id = ${runId} for update of c`;
  let locked = first;
  while (locked?.mergedInto) {
    [locked] = await tx<Locked[]>`
      select c.id, c.merged_into as "mergedInto", ${addressTraits(tx)} from customers c where c.id = ${locked.mergedInto} for update`;
  }
  return locked ?? null;
}

/** The traits `email` and `phone` of a customer `c`. */
export function addressTraits(tx: TransactionSql) {
  return tx`c.traits #> '{email,value}' as email, c.traits #> '{phone,value}' as phone`;
}
