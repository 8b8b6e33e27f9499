import type { Sql, TransactionSql } from 'postgres';

/**
 * Locks free codes of a pool until the transaction ends, at most `most`, those that were imported first before others.
 * Codes that other transactions have locked are passed over as long as there are enough; else they are waited for, as
 * not all of those that somebody locks go out. Without `assignCodes` they are free again.
 */
export async function lockFreeCodes(tx: TransactionSql, pool: string, most: number): Promise<string[]> {
  // One after the other where each wants many: two of them that find too few would wait for each other's.
  if (most > 1) await tx`select pg_advisory_xact_lock(hashtextextended(${`codes ${pool}`}, 0))`;
  const free = await tx<{ code: string }[]>`
    select code from codes where pool = ${pool} and delivery_id is null
    order by added_at limit ${most} for update skip locked`;
  const codes = free.map(({ code }) => code);
  if (codes.length === most) return codes;
  const others = await tx<{ code: string }[]>`
    select code from codes where pool = ${pool} and delivery_id is null and code <> all(${codes}::text[])
    order by added_at limit ${most - codes.length} for update`;
  return [...codes, ...others.map(({ code }) => code)];
}

/** A code and the delivery that it goes out with. */
export interface AssignedCode {
  code: string;
  deliveryId: string;
}

/** Gives codes, which the transaction has locked, to deliveries: for ever, whatever becomes of these. */
export async function assignCodes(
  tx: TransactionSql,
  { pool, assigned, at }: { pool: string; assigned: readonly AssignedCode[]; at: Date },
): Promise<void> {
  if (assigned.length === 0) return;
  const [codes, ids] = [assigned.map(({ code }) => code), assigned.map(({ deliveryId }) => deliveryId)];
  await tx`
    update codes c set delivery_id = a.delivery_id, assigned_at = ${at}
    from unnest(${codes}::text[], ${ids}::uuid[]) as a (code, delivery_id)
    where c.pool = ${pool} and c.code = a.code and c.delivery_id is null`;
}

/** The codes that some deliveries have, by delivery. */
export async function codesOf(
  sql: Sql | TransactionSql,
  deliveryIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await sql<{ code: string; deliveryId: string }[]>`
    select code, delivery_id as "deliveryId" from codes where delivery_id = any(${[...deliveryIds]}::uuid[])`;
  return new Map(rows.map(({ deliveryId, code }) => [deliveryId, code]));
}
