import type { TransactionSql } from 'postgres';
import type { ConsentStated } from '../../routing/consents.ts';

export interface NewConsent extends ConsentStated {
  id: string;
  customerId: string;
}

/**
 * Records consents. A refusal is kept always: a permission given before it may come late, and must not outlive it. A
 * permission is kept if it is a new word. What a source repeats that said the same last, in the same words, is none: a
 * page says it at every visit, and knows nothing of what the customer refused elsewhere since. It is one if that source
 * refused the topic or its channel in between, or if it comes with a later time of its own.
 */
export async function recordConsents(tx: TransactionSql, stated: readonly NewConsent[]): Promise<void> {
  if (stated.length === 0) return;
  const rows = withWordsBefore(stated).map(({ one, before }) => {
    const { customerId, at, hasOwnTime, ...consent } = one;
    return {
      ...{ ...consent, customer_id: customerId, at: new Date(at), has_own_time: hasOwnTime },
      ...{ before_at: before && new Date(before.at), repeats: before !== null && isRepeated(one, before) },
    };
  });
  await tx`
    insert into consents (id, customer_id, channel, topic, state, source, wording, at)
    select r.id, r.customer_id, r.channel, r.topic, r.state, r.source, r.wording, r.at
    from jsonb_to_recordset(${tx.json(rows)}) as r (id uuid, customer_id uuid, channel text, topic text, state text,
      source text, wording text, at timestamptz, has_own_time boolean, before_at timestamptz, repeats boolean)
    left join lateral (
      select c.topic, c.state, c.wording, c.at from consents c
      where c.customer_id = r.customer_id and c.channel = r.channel and c.topic in ('', r.topic) and c.at <= r.at
        and c.source = r.source and (c.topic = r.topic or c.state = 'denied')
      order by c.at desc, c.state, c.id desc limit 1) said on r.state = 'granted'
    where r.state = 'denied' or case
      when r.before_at is not null and r.before_at >= coalesce(said.at, r.before_at) then not r.repeats
      else (said.topic, said.state, said.wording) is distinct from (r.topic, r.state, r.wording)
        or (r.has_own_time and said.at < r.at) end`;
}

/** Each with what its source said last before it within the batch, on the topic or in refusal of its channel. */
function withWordsBefore(stated: readonly NewConsent[]) {
  const last = new Map<string, NewConsent>();
  return stated
    .toSorted((a, b) => a.at - b.at)
    .map((one) => {
      const ofTopic = last.get(placeOf(one, one.topic));
      const ofChannel = last.get(placeOf(one, ''));
      const refusal = ofChannel?.state === 'denied' ? ofChannel : undefined;
      const before = ofTopic && refusal && ofTopic.at > refusal.at ? ofTopic : (refusal ?? ofTopic ?? null);
      last.set(placeOf(one, one.topic), one);
      return { one, before };
    });
}

function isRepeated(one: NewConsent, before: NewConsent): boolean {
  const isSame = one.topic === before.topic && one.state === before.state && one.wording === before.wording;
  return isSame && !(one.hasOwnTime && one.at > before.at);
}

const placeOf = ({ customerId, channel, source }: NewConsent, topic: string) =>
  [customerId, channel, topic, source].join('\0');
