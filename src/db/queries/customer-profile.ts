import { asc, desc, eq } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { consents, customerIds, customers, type Trait } from '../schema/index.ts';

/** What is known of a customer. */
export interface CustomerProfile {
  id: string;
  /** Oldest first. */
  userIds: string[];
  anonymousIds: string[];
  traits: Record<string, Trait>;
  consents: Record<string, CurrentConsent>;
}

/** What holds for a channel now, who recorded it, and in which words it was asked for. */
export interface CurrentConsent {
  state: 'granted' | 'denied';
  source: string;
  wording: string | null;
  at: Date;
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

/** The consent that holds for each channel of a customer that has one. */
export async function currentConsents(db: Db, customerId: string): Promise<Record<string, CurrentConsent>> {
  const rows = await db
    .selectDistinctOn([consents.channel], {
      channel: consents.channel,
      state: consents.state,
      source: consents.source,
      wording: consents.wording,
      at: consents.at,
    })
    .from(consents)
    .where(eq(consents.customerId, customerId))
    .orderBy(asc(consents.channel), desc(consents.at), desc(consents.id));
  return Object.fromEntries(rows.map(({ channel, ...consent }) => [channel, consent]));
}
