import type { TransactionSql } from 'postgres';

/** Tables whose rows are somebody's and go with them. What is not here and names a customer is in `keptTables`. */
export const erasedTables: readonly string[] = [
  ...['customer_ids', 'consents', 'carts', 'contacts', 'endings'],
  ...['waiting_entries', 'memberships', 'segment_looks', 'date_starts'],
  ...['push_subscriptions', 'onsite_messages'],
];

/** Tables that name a customer whose rows stay, and as what. */
export const keptTables: Readonly<Record<string, string>> = {
  orders: 'what was sold, under a hash of the order',
  order_lines: 'what was sold, under a hash of the order',
  runs: 'how often what ran, without key and properties',
  deliveries: 'what was decided and came of it, without words and the provider’s name for it',
  computed_memberships: 'passed over when they are taken over, and gone then',
  customer_events: 'taken away in chunks, with the events themselves',
};

/**
 * Takes everything from the rows of some people that is theirs, but for their events, runs and deliveries. The row of
 * the customer stays as a number among others: what it was drawn by was a hash of their first id, and is replaced.
 *
 * @param people those of `customerIds` with all who were joined to them.
 */
export async function eraseCustomers(
  tx: TransactionSql,
  { customerIds, people, at }: { customerIds: readonly string[]; people: readonly string[]; at: Date },
): Promise<void> {
  // They name browsers, not customers, and so go before the ids that lead to them.
  await tx`
    delete from onsite_streams s using customer_ids i
    where i.customer_id = any(${[...people]}::uuid[]) and i.kind = 'anonymous' and s.anonymous_id = i.external_id`;
  for (const table of erasedTables) {
    await tx`delete from ${tx(table)} where customer_id = any(${[...people]}::uuid[])`;
  }
  await tx`
    update customers set traits = '{}', withdrawn_traits = '{}', persona = null, arm_key = id::text,
      erased_at = case when id = any(${[...customerIds]}::uuid[]) then ${at}::timestamptz else erased_at end
    where id = any(${[...people]}::uuid[])`;
}

/** The ids of all orders of some people. */
export async function ordersOf(tx: TransactionSql, people: readonly string[]): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select order_id as id from orders where customer_id = any(${[...people]}::uuid[])
    union
    select order_id from order_lines where customer_id = any(${[...people]}::uuid[])`;
  return rows.map(({ id }) => id);
}

/** Gives orders another id each, with their lines. */
export async function renameOrders(
  tx: TransactionSql,
  renamed: readonly { id: string; hash: string }[],
): Promise<void> {
  if (renamed.length === 0) return;
  for (const table of ['orders', 'order_lines']) {
    await tx`
      update ${tx(table)} o set order_id = r.hash
      from unnest(${renamed.map(({ id }) => id)}::text[], ${renamed.map(({ hash }) => hash)}::text[]) as r (id, hash)
      where o.order_id = r.id`;
  }
}
