import type { TransactionSql } from 'postgres';

/** Customers who were erased and of whom something is left, at most `limit`: those first who have events left. */
export async function beingForgotten(tx: TransactionSql, limit: number): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select c.id from customers c where c.erased_at is not null and c.forgotten_at is null
    order by exists (select from customer_events e where e.customer_id = c.id) desc, c.erased_at limit ${limit}`;
  return rows.map(({ id }) => id);
}

/** Notes of which of these customers nothing is left, neither here nor in Temporal; says of how many. */
export async function noteForgotten(
  tx: TransactionSql,
  customerIds: readonly string[],
  at: Date,
): Promise<number> {
  const noted = await tx`
    update customers c set forgotten_at = ${at}
    where c.id = any(${[...customerIds]}::uuid[]) and c.erased_at is not null and c.forgotten_at is null
      and not exists (select from customer_events e where e.customer_id = c.id)
      and not exists (
        select from runs r where r.customer_id = c.id and r.workflow_id not like 'erased/%')`;
  return noted.count;
}
