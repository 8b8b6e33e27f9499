import type { TransactionSql } from 'postgres';
import type { AcceptedEvent } from '../../routing/event.ts';
import type { EventBody, EventKind } from '../schema/events.ts';

interface Row {
  seq: string;
  id: string;
  kind: EventKind;
  name: string | null;
  source: string | null;
  subject: string | null;
  user_id: string | null;
  anonymous_id: string | null;
  previous_id: string | null;
  admin: boolean;
  imported: boolean;
  body: EventBody;
  occurred_at: Date;
  received_at: Date;
}

/** The oldest accepted events that have not been routed, in order, at most `limit`. */
export async function takeUnrouted(tx: TransactionSql, limit: number): Promise<AcceptedEvent[]> {
  const rows = await tx<Row[]>`
    select e.seq, e.id, e.kind, e.name, e.source, e.subject, e.user_id, e.anonymous_id, e.previous_id, e.admin,
           e.imported, e.body, e.occurred_at, e.received_at
    from events e
    where e.seq = any(array(select seq from unrouted order by seq limit ${limit}))
    order by e.seq`;
  return rows.map((row) => ({
    seq: Number(row.seq),
    id: row.id,
    kind: row.kind,
    name: row.name,
    source: row.source,
    subject: row.subject,
    userId: row.user_id,
    anonymousId: row.anonymous_id,
    previousId: row.previous_id,
    admin: row.admin,
    imported: row.imported,
    body: row.body,
    occurredAt: row.occurred_at.getTime(),
    receivedAt: row.received_at.getTime(),
  }));
}

/** Takes events off the queue: they have had their effect. */
export async function markRouted(tx: TransactionSql, seqs: number[]): Promise<void> {
  await tx`delete from unrouted where seq = any(${seqs}::bigint[])`;
}
