import type { TransactionSql } from 'postgres';

/**
 * Locks deliveries for the rest of the transaction, in the order of their ids, so that two who are told of the same ones
 * wait for each other; gives the ids of those that there are.
 */
export async function lockDeliveries(tx: TransactionSql, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx<{ id: string }[]>`
    select id from deliveries where id = any(${[...new Set(ids)]}::uuid[]) order by id for update`;
  return new Set(rows.map(({ id }) => id));
}
