import type { TransactionSql } from 'postgres';
import type { ConsentStated } from '../../routing/consents.ts';

export interface NewConsent extends ConsentStated {
  id: string;
  customerId: string;
}

/**
 * Records consents in order. A permission that only repeats what held when it was given is left out, unless the same
 * batch says more than one thing about that customer and channel: then all are kept, and the newest holds. A refusal
 * is kept always: a permission given before it may come late, and must not outlive it.
 */
export async function recordConsents(tx: TransactionSql, stated: readonly NewConsent[]): Promise<void> {
  if (stated.length === 0) return;
  const times = new Map<string, number>();
  for (const { customerId, channel } of stated) {
    times.set(`${customerId}/${channel}`, (times.get(`${customerId}/${channel}`) ?? 0) + 1);
  }
  const rows = stated.map((consent) => ({
    id: consent.id,
    customer_id: consent.customerId,
    channel: consent.channel,
    state: consent.state,
    source: consent.source,
    at: new Date(consent.at),
    several: times.get(`${consent.customerId}/${consent.channel}`)! > 1,
  }));
  await tx`
    insert into consents (id, customer_id, channel, state, source, at)
    select r.id, r.customer_id, r.channel, r.state, r.source, r.at
    from jsonb_to_recordset(${tx.json(rows)})
      as r (id uuid, customer_id uuid, channel text, state text, source text, at timestamptz, several boolean)
    where r.several or r.state = 'denied' or r.state is distinct from (
      select c.state from consents c
      where c.customer_id = r.customer_id and c.channel = r.channel and c.at <= r.at
      order by c.at desc, c.id desc limit 1)`;
}
