import type { TransactionSql } from 'postgres';
import type { ConsentStated } from '../../routing/consents.ts';

export interface NewConsent extends ConsentStated {
  id: string;
  customerId: string;
}

/**
 * Records consents in order. A permission that only repeats, word for word, the last that was said of its channel and
 * topic when it was given is left out, unless the same batch says it twice or refuses that channel: then all are kept,
 * and the newest holds. A refusal is kept always: a permission given before it may come late, and
 * must not outlive it.
 */
export async function recordConsents(tx: TransactionSql, stated: readonly NewConsent[]): Promise<void> {
  if (stated.length === 0) return;
  const times = new Map<string, number>();
  const refused = new Set<string>();
  for (const one of stated) {
    times.set(placeOf(one), (times.get(placeOf(one)) ?? 0) + 1);
    if (one.state === 'denied') refused.add(channelOf(one));
  }
  const rows = stated.map((one) => {
    const { customerId, at, ...consent } = one;
    const several = times.get(placeOf(one))! > 1 || refused.has(channelOf(one));
    return { ...consent, customer_id: customerId, at: new Date(at), several };
  });
  await tx`
    insert into consents (id, customer_id, channel, topic, state, source, wording, at)
    select r.id, r.customer_id, r.channel, r.topic, r.state, r.source, r.wording, r.at
    from jsonb_to_recordset(${tx.json(rows)}) as r (id uuid, customer_id uuid, channel text, topic text, state text,
      source text, wording text, at timestamptz, several boolean)
    where r.several or r.state = 'denied' or (r.topic, r.state, r.source, r.wording) is distinct from (
      select (c.topic, c.state, c.source, c.wording) from consents c
      where c.customer_id = r.customer_id and c.channel = r.channel and c.topic in ('', r.topic) and c.at <= r.at
      order by c.at desc, c.state, c.id desc limit 1)`;
}

const channelOf = ({ customerId, channel }: NewConsent) => `${customerId}/${channel}`;
const placeOf = (one: NewConsent) => `${channelOf(one)}:${one.topic}`;
