import type { TransactionSql } from 'postgres';
import { messageMark } from '../../domain/message-mark.ts';
import type { EventBody, EventKind } from '../schema/events.ts';

/** An event as it is accepted; times are Kairos's. */
export interface NewEvent {
  id: string;
  messageId: string;
  kind: EventKind;
  name: string | null;
  /** Of a universal event; null for customer events. */
  source: string | null;
  subject: string | null;
  userId: string | null;
  anonymousId: string | null;
  previousId: string | null;
  admin: boolean;
  /** It came by an import. */
  imported?: boolean;
  body: EventBody;
  occurredAt: Date;
  receivedAt: Date;
}

/**
 * Accepts events in their order, but for those whose message id was accepted before from the same source, and queues
 * them for routing. Marks of message ids are inserted sorted, so that two processes that insert the same ones wait for each
 * other and never lock each other out. Each source and message id may be given once. Gives the `id`s of the accepted.
 */
export async function insertEvents(tx: TransactionSql, events: readonly NewEvent[]): Promise<Set<string>> {
  const rows = events.map(({ messageId, occurredAt, receivedAt, ...event }, ord) => ({
    ...event,
    ord,
    mark: messageMark(event.source, messageId),
    message_id: messageId,
    user_id: event.userId,
    anonymous_id: event.anonymousId,
    previous_id: event.previousId,
    occurred_at: occurredAt,
    received_at: receivedAt,
  }));
  const accepted = await tx<{ id: string }[]>`
    with given as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r (
        ord int, id uuid, mark uuid, message_id text, kind text, name text, source text, subject text,
        user_id text, anonymous_id text, previous_id text, admin boolean, imported boolean, body jsonb, occurred_at timestamptz,
        received_at timestamptz)
    ), fresh as (
      insert into message_ids (mark, at)
      select mark, received_at from given order by mark
      on conflict do nothing returning mark
    ), inserted as (
      insert into events (id, message_id, kind, name, source, subject, user_id, anonymous_id, previous_id, admin,
                          imported, body, occurred_at, received_at)
      select g.id, g.message_id, g.kind, g.name, g.source, g.subject, g.user_id, g.anonymous_id, g.previous_id, g.admin,
             coalesce(g.imported, false), g.body, g.occurred_at, g.received_at
      from given g join fresh f on f.mark = g.mark order by g.ord
      returning seq, id, user_id, anonymous_id, previous_id, imported
    ), queued as (
      insert into unrouted (seq, user_id, anonymous_id, previous_id, imported)
      select seq, user_id, anonymous_id, previous_id, imported from inserted
    )
    select id from inserted`;
  return new Set(accepted.map((row) => row.id));
}
