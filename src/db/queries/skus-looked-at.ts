import type { PendingQuery, Row, TransactionSql } from 'postgres';
import { isLook, lookedAt } from './sku-looks.ts';

type Fragment = PendingQuery<Row[]>;

/**
 * Those of some skus that anybody has looked at, by the sku or by a product id that stands for it. One look each in the
 * index of looks (`limit 1` keeps it so: left free, PostgreSQL may read every look there is).
 */
export async function skusLookedAt(tx: TransactionSql, skus: readonly string[]): Promise<Set<string>> {
  if (skus.length === 0) return new Set();
  const rows = await tx<{ sku: string }[]>`
    select k.sku from unnest(${[...skus]}::text[]) as k (sku)
    where (${lookAt(tx, tx`k.sku`)})
      or (select true from products p cross join lateral (${lookAt(tx, tx`p.product_id`)}) l
          where p.sku = k.sku and p.product_id is not null limit 1)`;
  return new Set(rows.map(({ sku }) => sku));
}

function lookAt(tx: TransactionSql, name: Fragment): Fragment {
  return tx`
    select true as looked from customer_events l
    where ${isLook(tx)} and ${lookedAt(tx)} = ${name} limit 1`;
}
