import type { Database } from '../connect.ts';
import { consents, customers } from '../schema/index.ts';
import { and, eq, isNull } from 'drizzle-orm';

export type NewConsent = typeof consents.$inferInsert;

/**
 * Records consents of one customer, unless that customer was meanwhile joined to another, or erased: then false, and the
 * caller looks again for who it is. The row is locked, so that no join passes between the look and the record.
 */
export async function insertConsents(
  { db }: Database,
  customerId: string,
  given: readonly NewConsent[],
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [customer] = await tx
      .select({ id: customers.id })
      .from(customers)
      .where(and(eq(customers.id, customerId), isNull(customers.mergedInto), isNull(customers.erasedAt)))
      .for('update');
    if (!customer) return false;
    await tx.insert(consents).values([...given]);
    return true;
  });
}
