import type { ISql } from 'postgres';
import type { ConsentPredicate } from '../../define/predicate-data.ts';
import type { Asked, CompiledLeaf } from './evaluate-predicate-leaf.ts';

/** The rule of `domain/consent.ts` over all that was ever said, set by set. */
export function consentLeaf(
  sql: ISql,
  { channel, topic, state }: ConsentPredicate,
  { who }: Asked,
): CompiledLeaf {
  const among = who === 'everybody' ? sql`` : sql`and s.customer_id = any(${[...who]}::uuid[])`;
  const topics = topic === '' ? sql`s.topic = ''` : sql`s.topic in ('', ${topic})`;
  const newest = sql`
    select distinct on (s.customer_id, s.topic) s.customer_id, s.topic, s.state, s.at from consents s
    where s.channel = ${channel} and ${topics} ${among}
    order by s.customer_id, s.topic, s.at desc, s.state, s.id desc`;
  if (topic === '') {
    // It is one of the two; asked so, the planner expects many and not next to nobody.
    const other = state === 'granted' ? 'denied' : 'granted';
    const rows = sql`select n.customer_id from (${newest}) n where n.state <> ${other}`;
    return { kind: 'row', rows, moves: false };
  }
  const one = (of: 'whole' | 'topic', column: 'state' | 'at') =>
    sql`max(n.${sql(column)}) filter (where n.topic ${of === 'whole' ? sql`=` : sql`<>`} '')`;
  const rows = sql`
    select w.customer_id from (
      select n.customer_id, ${one('whole', 'state')} as whole, ${one('topic', 'state')} as topic,
        ${one('whole', 'at')} as whole_at, ${one('topic', 'at')} as topic_at
      from (${newest}) n group by n.customer_id) w
    where ${state} = case
      when w.topic is null then w.whole
      when w.topic = 'granted' and w.whole = 'denied' and w.whole_at > w.topic_at then 'denied'
      else w.topic end`;
  return { kind: 'row', rows, moves: false };
}
