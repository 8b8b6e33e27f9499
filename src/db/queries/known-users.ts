import type { TransactionSql } from 'postgres';

/**
 * Which of some ids are users that Kairos knows, or will once what it accepted has taken effect, each with its
 * customer (null before it has one).
 */
export async function knownUsers(
  tx: TransactionSql,
  userIds: readonly string[],
): Promise<Map<string, string | null>> {
  const rows = await tx<{ user_id: string; customer_id: string | null }[]>`
    select g.user_id, i.customer_id
    from unnest(${[...userIds]}::text[]) as g (user_id)
    left join customer_ids i on i.kind = 'user' and i.external_id = g.user_id
    where i.customer_id is not null or exists (select 1 from unrouted u where u.user_id = g.user_id)`;
  return new Map(rows.map((row) => [row.user_id, row.customer_id]));
}
