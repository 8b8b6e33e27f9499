import type { TransactionSql } from 'postgres';

/**
 * Another one whenever which products there are, their product ids or categories are others: what predicates ask of the
 * catalogue. Of the rows and not of when they were written: of two that are put at once, either may be seen first.
 */
export async function catalogueDigest(tx: TransactionSql): Promise<string> {
  const [row] = await tx<{ digest: string }[]>`
    select coalesce(sum(hashtextextended((sku, product_id, category)::text, 0)::numeric), 0)::text as digest
    from products`;
  return row!.digest;
}
