import type { TransactionSql } from 'postgres';
import type { EventBody, EventKind } from '../schema/events.ts';

/** A customer event as it is accepted; times are Kairos's. */
export interface NewEvent {
  id: string;
  messageId: string;
  kind: EventKind;
  name: string | null;
  userId: string | null;
  anonymousId: string | null;
  previousId: string | null;
  admin: boolean;
  body: EventBody;
  occurredAt: Date;
  receivedAt: Date;
}

/**
 * Accepts events in their order, but for those whose message id was accepted before, and queues them for routing.
 * Message ids are inserted sorted, so that two processes that insert the same ones wait for each other and never
 * lock each other out. Each message id may be given once. Gives the message ids that were accepted.
 */
export async function insertEvents(tx: TransactionSql, events: readonly NewEvent[]): Promise<Set<string>> {
  const rows = events.map(({ messageId, occurredAt, receivedAt, ...event }, ord) => ({
    ...event,
    ord,
    message_id: messageId,
    user_id: event.userId,
    anonymous_id: event.anonymousId,
    previous_id: event.previousId,
    occurred_at: occurredAt,
    received_at: receivedAt,
  }));
  const accepted = await tx<{ message_id: string }[]>`
    with given as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r (
        ord int, id uuid, message_id text, kind text, name text, user_id text, anonymous_id text, previous_id text,
        admin boolean, body jsonb, occurred_at timestamptz, received_at timestamptz)
    ), fresh as (
      insert into message_ids (source, id, at)
      select '', message_id, received_at from given order by message_id collate "C"
      on conflict do nothing returning id
    ), inserted as (
      insert into events (id, message_id, kind, name, user_id, anonymous_id, previous_id, admin, body, occurred_at,
                          received_at)
      select g.id, g.message_id, g.kind, g.name, g.user_id, g.anonymous_id, g.previous_id, g.admin, g.body,
             g.occurred_at, g.received_at
      from given g join fresh f on f.id = g.message_id order by g.ord
      returning seq, message_id, user_id, anonymous_id, previous_id
    ), queued as (
      insert into unrouted (seq, user_id, anonymous_id, previous_id)
      select seq, user_id, anonymous_id, previous_id from inserted
    )
    select message_id from inserted`;
  return new Set(accepted.map((row) => row.message_id));
}
