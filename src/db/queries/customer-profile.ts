import { asc, eq } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { customerIds, customers, type Trait } from '../schema/index.ts';
import { currentConsents, type CurrentConsent } from './current-consents.ts';

/** What is known of a customer. */
export interface CustomerProfile {
  id: string;
  /** Oldest first. */
  userIds: string[];
  anonymousIds: string[];
  traits: Record<string, Trait>;
  /** By channel, or channel and topic: `email:new-arrivals`. */
  consents: Record<string, CurrentConsent>;
}

/** What is known of the customer with this internal id, or null. */
export async function customerProfile(db: Db, id: string): Promise<CustomerProfile | null> {
  const [rows, ids, current] = await Promise.all([
    db.select({ traits: customers.traits }).from(customers).where(eq(customers.id, id)),
    db
      .select({ kind: customerIds.kind, externalId: customerIds.externalId })
      .from(customerIds)
      .where(eq(customerIds.customerId, id))
      .orderBy(asc(customerIds.at), asc(customerIds.externalId)),
    currentConsents(db, id),
  ]);
  if (!rows[0]) return null;
  const idsOf = (kind: 'user' | 'anonymous') =>
    ids.filter((row) => row.kind === kind).map((row) => row.externalId);
  return {
    id,
    userIds: idsOf('user'),
    anonymousIds: idsOf('anonymous'),
    traits: rows[0].traits,
    consents: current,
  };
}
