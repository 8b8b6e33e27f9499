import type { TransactionSql } from 'postgres';
import type { Database } from '../connect.ts';
import type { consents } from '../schema/index.ts';
import { askForLooks, everySegment } from './segment-looks.ts';

export type NewConsent = typeof consents.$inferInsert;

/** Undoes a record for a customer who is somebody else, or nobody, by now. */
class NotTheirs extends Error {}

/**
 * Records consents of one customer, unless that customer was meanwhile joined to another or erased: then nothing, and
 * false, and the caller looks again for who it is. The customer's row is locked, so that neither passes between the look
 * and the record. Routing is asked to look at their segments anew: no event tells it. That comes first, for routing too
 * locks customers after it has taken what it was asked for.
 */
export async function insertConsents(
  { sql }: Pick<Database, 'sql'>,
  customerId: string,
  given: readonly NewConsent[],
  at: Date,
): Promise<boolean> {
  const recorded = sql.begin(async (tx) => {
    const there = await insertConsentsOfAll(tx, [customerId], given, at);
    if (there.length === 0) throw new NotTheirs();
    return true;
  });
  return recorded.catch((error: unknown) => {
    if (error instanceof NotTheirs) return false;
    throw error;
  });
}

/**
 * Records consents of several customers within a transaction; gives those who are still themselves, for whom alone it
 * did. Locks as `insertConsents` does.
 */
export async function insertConsentsOfAll(
  tx: TransactionSql,
  customerIds: readonly string[],
  given: readonly NewConsent[],
  at: Date,
): Promise<string[]> {
  const ids = [...customerIds].sort();
  await askForLooks(tx, { segments: [everySegment], customerIds: ids, at });
  const found = await tx<{ id: string }[]>`
    select id from customers where id = any(${ids}::uuid[]) and merged_into is null and erased_at is null
    order by id for update`;
  const there = found.map(({ id }) => id);
  const rows = given
    .filter(({ customerId }) => there.includes(customerId))
    .map(({ customerId: owner, ...rest }) => ({ ...rest, customer_id: owner }));
  await tx`
    insert into consents (id, customer_id, channel, topic, state, source, wording, at)
    select id, customer_id, channel, coalesce(topic, ''), state, source, wording, at
    from jsonb_to_recordset(${tx.json(rows)}) as r (id uuid, customer_id uuid, channel text, topic text,
      state text, source text, wording text, at timestamptz)`;
  return there;
}
