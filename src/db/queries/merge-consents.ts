import type { TransactionSql } from 'postgres';
import type { ConsentWord } from '../../domain/consent.ts';

/** A word of a customer's on a channel. */
export interface OwnedWord extends ConsentWord {
  customerId: string;
  channel: string;
}

/** Every word on consent of some customers. */
export async function consentWords(tx: TransactionSql, customerIds: readonly string[]): Promise<OwnedWord[]> {
  return tx<OwnedWord[]>`
    select customer_id as "customerId", channel, topic, state, (extract(epoch from at) * 1000)::float8 as at
    from consents where customer_id = any(${[...customerIds]}::uuid[])`;
}

/** Records refusals anew that would otherwise be lost when two customers become one. */
export async function insertKeptRefusals(
  tx: TransactionSql,
  refusals: readonly (Omit<OwnedWord, 'state'> & { id: string })[],
): Promise<void> {
  if (refusals.length === 0) return;
  const rows = refusals.map(({ customerId, at, ...rest }) => {
    return { ...rest, customer_id: customerId, at: new Date(at) };
  });
  await tx`
    insert into consents (id, customer_id, channel, topic, state, source, at)
    select id, customer_id, channel, topic, 'denied', 'merge', at
    from jsonb_to_recordset(${tx.json(rows)})
      as r (id uuid, customer_id uuid, channel text, topic text, at timestamptz)`;
}
