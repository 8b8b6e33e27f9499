import type { Sql, TransactionSql } from 'postgres';

/** What is noted beside a delivery's state, as the ledger's columns call it. */
export const deliveryMarks = ['opened', 'clicked', 'complained', 'unsubscribed'] as const;
export type DeliveryMark = (typeof deliveryMarks)[number];

/** Notes when deliveries were first opened, clicked, complained of or unsubscribed from; who is told later of an earlier time believes it. */
export async function markDeliveries(
  sql: Sql | TransactionSql,
  mark: DeliveryMark,
  told: readonly { deliveryId: string; at: Date }[],
): Promise<void> {
  if (told.length === 0) return;
  const column = sql(`${mark}_at`);
  await sql`
    with first as (
      select id, min(at) as at from unnest(${told.map(({ deliveryId }) => deliveryId)}::uuid[],
        ${told.map(({ at }) => at.toISOString())}::timestamptz[]) as t (id, at) group by id
    ), locked as materialized (
      select d.id from deliveries d join first on first.id = d.id order by d.id for update of d)
    update deliveries d set ${column} = least(d.${column}, first.at)
    from first, locked where d.id = first.id and locked.id = d.id`;
}
