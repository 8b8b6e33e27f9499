import type { TransactionSql } from 'postgres';
import type { Arm, DeliveryState, GateReason, Purpose, Verdict } from '../../domain/delivery.ts';
import type { Channel } from '../../domain/task-queues.ts';

/** What all deliveries of a page have in common. */
export interface PageOf {
  runId: string;
  name: string;
  subject: string;
  message: string;
  wave: number;
  purpose: Purpose;
  /** Empty: it declares none. */
  topic: string;
  priority: number;
  at: Date;
}

/** A delivery as a page leaves it. */
export interface RuledEntry {
  /** Of the row if there is none yet. */
  id: string;
  entryId: string;
  customerId: string;
  channel: Channel;
  variant: string | null;
  arm: Arm | null;
  state: DeliveryState;
  reason: GateReason | null;
  /** Added to those that are there. */
  verdicts: Verdict[];
}

/**
 * Writes what the gate ruled about a page, under the name of each (the waiting entry and the message), and the
 * customers' first would-sends with it. The transaction holds the customers' locks.
 */
export async function recordPage(
  tx: TransactionSql,
  page: PageOf,
  ruled: readonly RuledEntry[],
): Promise<void> {
  if (ruled.length === 0) return;
  const { runId, name, subject, message, wave, purpose, topic, priority, at } = page;
  await tx`
    insert into deliveries (id, run_id, customer_id, name, subject, message, entry_id, wave, purpose, topic,
      priority, channel, variant, arm, state, reason, verdicts, at)
    select r.id, ${runId}, r."customerId", ${name}, ${subject}, ${message}, r."entryId", ${wave}, ${purpose},
      ${topic}, ${priority}, r.channel, r.variant, r.arm, r.state, r.reason, r.verdicts, ${at}
    from jsonb_to_recordset(${tx.json(ruled as never)}) as r (id uuid, "entryId" uuid, "customerId" uuid, channel text,
      variant text, arm text, state text, reason text, verdicts jsonb)
    on conflict (entry_id, message) do update set
      run_id = excluded.run_id, customer_id = excluded.customer_id, wave = excluded.wave, channel = excluded.channel,
      variant = excluded.variant, arm = excluded.arm, state = excluded.state, reason = excluded.reason,
      verdicts = deliveries.verdicts || excluded.verdicts, at = excluded.at`;
  const exposed = ruled.filter(({ arm }) => arm !== null).map(({ customerId }) => customerId);
  if (exposed.length === 0) return;
  await tx`
    update customers set exposed_at = ${at} where id = any(${exposed}::uuid[]) and exposed_at is null`;
}
