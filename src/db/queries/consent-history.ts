import { and, desc, eq, lt, or } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { consents } from '../schema/index.ts';

export type ConsentRow = typeof consents.$inferSelect;

/** What a customer ever agreed to or refused, the last given first, from before a place in that order. */
export async function consentHistory(
  db: Db,
  customerId: string,
  { before, limit }: { before: { at: Date; id: string } | null; limit: number },
): Promise<ConsentRow[]> {
  const isOlder =
    before === null
      ? undefined
      : or(lt(consents.at, before.at), and(eq(consents.at, before.at), lt(consents.id, before.id)));
  return db
    .select()
    .from(consents)
    .where(and(eq(consents.customerId, customerId), isOlder))
    .orderBy(desc(consents.at), desc(consents.id))
    .limit(limit);
}
