import type { TransactionSql } from 'postgres';
import {
  mostVerdicts,
  type Arm,
  type DeliveryState,
  type GateReason,
  type Purpose,
  type Verdict,
} from '../../domain/delivery.ts';
import type { Channel } from '../../domain/task-queues.ts';

/** A delivery as a first look of the gate leaves it. */
export interface RuledDelivery {
  /** Of the row if there is none yet. */
  id: string;
  runId: string;
  customerId: string;
  name: string;
  subject: string | null;
  message: string;
  nth: number;
  /** The channel that it is for; empty: the first that will do. */
  ownChannel: string;
  purpose: Purpose;
  /** Empty: it declares none. */
  topic: string;
  priority: number;
  channel: Channel | null;
  variant: string | null;
  arm: Arm | null;
  state: DeliveryState;
  reason: GateReason | null;
  /** Added to those that are there. */
  verdict: Verdict;
  /** When a call is about to be made. */
  callingAt: Date | null;
  /** When the gate looks again, if it is held. */
  heldUntil: Date | null;
  at: Date;
}

/**
 * Writes what the gate ruled under the delivery's name, and the customer's first would-send with it. The
 * transaction holds the customer's lock, so that nobody else rules on this name meanwhile. False when the delivery no
 * longer waits: its run, whose end needs no such lock, was closed since the gate looked, and cancelled it.
 */
export async function recordRuling(tx: TransactionSql, d: RuledDelivery): Promise<boolean> {
  const rows = await tx`
    with exposed as (
      update customers set exposed_at = ${d.at}
      where id = ${d.customerId} and exposed_at is null and ${d.arm}::text is not null)
    insert into deliveries (id, run_id, customer_id, name, subject, message, nth, own_channel, purpose, topic, priority,
      channel, variant, arm, state, reason, verdicts, calling_at, held_until, at)
    values (${d.id}, ${d.runId}, ${d.customerId}, ${d.name}, ${d.subject}, ${d.message}, ${d.nth}, ${d.ownChannel}, ${d.purpose},
      ${d.topic}, ${d.priority}, ${d.channel}, ${d.variant}, ${d.arm}, ${d.state}, ${d.reason},
      ${tx.json([d.verdict] as never)}, ${d.callingAt}, ${d.heldUntil}, ${d.at})
    on conflict (run_id, message, nth, own_channel) do update set
      customer_id = excluded.customer_id, channel = excluded.channel, variant = excluded.variant,
      arm = excluded.arm, state = excluded.state,
      reason = excluded.reason, calling_at = excluded.calling_at, held_until = excluded.held_until, at = excluded.at,
      -- One that is held night after night fills no page.
      verdicts = case when excluded.held_until is not null and jsonb_array_length(deliveries.verdicts) >= ${mostVerdicts}
        then deliveries.verdicts else deliveries.verdicts || excluded.verdicts end
      where deliveries.state = 'waiting'
    returning id`;
  return rows.length > 0;
}
