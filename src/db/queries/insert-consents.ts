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
    await askForLooks(tx, { segments: [everySegment], customerIds: [customerId], at });
    const found = await tx`
      select from customers where id = ${customerId} and merged_into is null and erased_at is null for update`;
    if (found.length === 0) throw new NotTheirs();
    const rows = given.map(({ customerId: owner, ...rest }) => ({ ...rest, customer_id: owner }));
    await tx`
      insert into consents (id, customer_id, channel, topic, state, source, wording, at)
      select id, customer_id, channel, coalesce(topic, ''), state, source, wording, at
      from jsonb_to_recordset(${tx.json(rows)}) as r (id uuid, customer_id uuid, channel text, topic text,
        state text, source text, wording text, at timestamptz)`;
    return true;
  });
  return recorded.catch((error: unknown) => {
    if (error instanceof NotTheirs) return false;
    throw error;
  });
}
