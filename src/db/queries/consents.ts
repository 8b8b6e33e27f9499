import type { TransactionSql } from 'postgres';
import { isRepeated, WordsSaid, type SourcedWord } from '../../domain/words-said.ts';
import type { ConsentStated } from '../../routing/consents.ts';

export interface NewConsent extends ConsentStated {
  id: string;
  customerId: string;
  /** Whether it is a new word; null: that is still to be judged. */
  isNew: boolean | null;
}

/**
 * Records consents: each that is a new word by the rule of `domain/words-said.ts`. Where one is passed over though its
 * customer refused the same since, that is noted at the word it repeats, once a refusal.
 */
export async function recordConsents(tx: TransactionSql, stated: readonly NewConsent[]): Promise<void> {
  if (stated.length === 0) return;
  const rows = withWordsBefore(stated).map(({ one, before }) => {
    const { customerId, at, hasOwnTime, isNew, ...consent } = one;
    return {
      ...{ ...consent, customer_id: customerId, at: new Date(at), has_own_time: hasOwnTime, is_new: isNew },
      ...{ before_at: before && new Date(before.at), repeats: isRepeated(one, before) },
    };
  });
  await tx`
    with judged as materialized (
      select r.*, said.id as said_id, r.state = 'denied' or coalesce(r.is_new, case
          when r.before_at is not null and r.before_at >= coalesce(said.at, r.before_at) then not r.repeats
          else (said.topic, said.state, said.wording) is distinct from (r.topic, r.state, r.wording)
            or (r.has_own_time and said.at < r.at) end) as counts
      from jsonb_to_recordset(${tx.json(rows)}) as r (id uuid, customer_id uuid, channel text, topic text, state text,
        source text, wording text, at timestamptz, has_own_time boolean, is_new boolean, before_at timestamptz,
        repeats boolean)
      left join lateral (
        select c.id, c.topic, c.state, c.wording, c.at from consents c
        where c.customer_id = r.customer_id and c.channel = r.channel and c.topic in ('', r.topic) and c.at <= r.at
          and c.source = r.source and (c.topic = r.topic or c.state = 'denied')
        order by c.at desc, c.state, c.id desc limit 1) said on r.state = 'granted'
    ), passed_over as (
      select said_id, max(at) as at from judged where not counts and said_id is not null group by said_id
    ), noted as (
      update consents c set repeated_at = p.at from passed_over p
      where c.id = p.said_id and c.state = 'granted' and exists (
        select from consents d
        where d.customer_id = c.customer_id and d.channel = c.channel and d.topic in ('', c.topic)
          and d.state = 'denied' and d.at > coalesce(c.repeated_at, c.at) and d.at <= p.at
          and not exists (
            select from consents g
            where g.customer_id = d.customer_id and g.channel = d.channel and g.topic in (d.topic, c.topic)
              and g.state = 'granted' and g.at > d.at))
    )
    insert into consents (id, customer_id, channel, topic, state, source, wording, at)
    select id, customer_id, channel, topic, state, source, wording, at from judged where counts`;
}

/** Each with what its source said last before it within the batch, on the topic or in refusal of its channel. */
function withWordsBefore(stated: readonly NewConsent[]): { one: NewConsent; before: SourcedWord | null }[] {
  const byCustomer = new Map<string, WordsSaid>();
  return stated
    .toSorted((a, b) => a.at - b.at)
    .map((one) => {
      const said = byCustomer.get(one.customerId) ?? new WordsSaid();
      byCustomer.set(one.customerId, said);
      const before = said.before(one);
      said.say(one);
      return { one, before };
    });
}
