import type { TransactionSql } from 'postgres';
import type { SourcedWord } from '../../domain/words-said.ts';

/** A word of a customer's on a channel. */
export interface OwnedWord extends SourcedWord {
  customerId: string;
}

/** Every word on consent of some customers, in the order in which they came. */
export async function consentWords(tx: TransactionSql, customerIds: readonly string[]): Promise<OwnedWord[]> {
  return tx<OwnedWord[]>`
    select customer_id as "customerId", channel, topic, state, source, wording,
      (extract(epoch from at) * 1000)::float8 as at
    from consents where customer_id = any(${[...customerIds]}::uuid[]) order by id`;
}

/** A refusal that is recorded anew, lest it be lost when two customers become one. */
export interface KeptRefusal extends OwnedWord {
  id: string;
}

/** Records them. */
export async function insertKeptRefusals(
  tx: TransactionSql,
  refusals: readonly KeptRefusal[],
): Promise<void> {
  if (refusals.length === 0) return;
  const rows = refusals.map(({ customerId, at, ...rest }) => {
    return { ...rest, customer_id: customerId, at: new Date(at) };
  });
  await tx`
    insert into consents (id, customer_id, channel, topic, state, source, wording, at)
    select id, customer_id, channel, topic, state, source, wording, at
    from jsonb_to_recordset(${tx.json(rows)}) as r (id uuid, customer_id uuid, channel text, topic text, state text,
      source text, wording text, at timestamptz)`;
}
