import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';

type Fragment = PendingQuery<Row[]>;

/**
 * What a customer has bought, ever, of a product, or since they looked at it of its named substitutes; null: neither. All of them are columns of the statement around it.
 */
export const boughtBefore = (
  sql: Sql | TransactionSql,
  { customer, sku, lookedAt }: { customer: Fragment; sku: Fragment; lookedAt: Fragment },
): Fragment => sql`(
    select l.sku from purchases l where l.customer_id = ${customer}
      and (l.sku = ${sku} or (l.ordered_at >= ${lookedAt} and l.sku = any(coalesce(
        (select p.substitutes from products p where p.sku = ${sku}), '{}'))))
    order by (l.sku = ${sku}) desc, l.ordered_at limit 1)`;
