import type { TransactionSql } from 'postgres';
import { factProperties } from '../../domain/fact-properties.ts';
import type { OwnedEvent } from '../../routing/route-batch.ts';

/** Keeps derived events, and whose they are, in this order. Answers the place that each, by its id, got in the order of events. */
export async function saveDerivedEvents(
  tx: TransactionSql,
  owned: readonly OwnedEvent[],
): Promise<Map<string, number>> {
  const rows = owned.map(({ customerId, event }, ord) => ({
    ord,
    id: event.id,
    name: event.name,
    source: event.source,
    subject: event.subject,
    body: event.body,
    customer_id: customerId,
    properties: factProperties(event.body.properties),
    occurred_at: new Date(event.occurredAt),
    received_at: new Date(event.receivedAt),
  }));
  const saved = await tx<{ id: string; seq: string }[]>`
    with given as materialized (
      select * from jsonb_to_recordset(${tx.json(rows as never)}) as r (
        ord int, id uuid, name text, source text, subject text, body jsonb, customer_id uuid, properties jsonb,
        occurred_at timestamptz, received_at timestamptz)
    ), kept as (
      insert into events (id, message_id, kind, name, source, subject, admin, body, occurred_at, received_at)
      select id, 'kairos:' || id, 'track', name, source, subject, true, body, occurred_at, received_at
      from given order by ord
      returning seq, id
    ), owned as (
      insert into customer_events (seq, customer_id, name, occurred_at, properties)
      select k.seq, g.customer_id, g.name, g.occurred_at, g.properties from given g join kept k on k.id = g.id
    )
    select id, seq from kept`;
  return new Map(saved.map(({ id, seq }) => [id, Number(seq)]));
}
