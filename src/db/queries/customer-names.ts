import { and, asc, eq, sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { customerIds, customers } from '../schema/index.ts';

/** The ids that a shop knows a customer by, oldest first; also of one who was joined to another. */
export async function customerNames(
  db: Db,
  customerId: string,
): Promise<{ userIds: string[]; anonymousIds: string[] }> {
  const rows = await db
    .select({ kind: customerIds.kind, externalId: customerIds.externalId })
    .from(customerIds)
    .innerJoin(customers, and(eq(customers.id, customerId), eq(customerIds.customerId, survivor)))
    .orderBy(asc(customerIds.at), asc(customerIds.externalId));
  const idsOf = (kind: 'user' | 'anonymous') =>
    rows.filter((row) => row.kind === kind).map((row) => row.externalId);
  return { userIds: idsOf('user'), anonymousIds: idsOf('anonymous') };
}

const survivor = sql`coalesce(${customers.mergedInto}, ${customers.id})`;
