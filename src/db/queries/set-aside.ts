import type { TransactionSql } from 'postgres';

/**
 * Takes an event off the queue without effect and keeps the reason for the operator. An event that is off the queue by
 * now has had its effect, or has been set aside: then nothing is done.
 */
export async function setAside(
  tx: TransactionSql,
  aside: { id: string; seq: number; code: string; detail: string; at: Date },
): Promise<void> {
  await tx`
    with taken as (delete from unrouted where seq = ${aside.seq} returning seq)
    insert into rejections (id, at, stage, code, detail, item, event_seq)
    select ${aside.id}, ${aside.at}, 'routing', ${aside.code}, ${aside.detail},
           e.body || jsonb_build_object('messageId', e.message_id, 'type', e.kind, 'event', e.name)
             || jsonb_strip_nulls(jsonb_build_object('source', e.source, 'subject', e.subject)), e.seq
    from events e join taken t on t.seq = e.seq`;
}
