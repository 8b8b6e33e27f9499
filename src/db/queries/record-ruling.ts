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
 * Writes what the gate ruled under each delivery's name. The transaction holds the customers' locks, so that nobody else
 * rules on these names meanwhile. Says which were written: one that no
 * longer waits is not, for its run, whose end needs no such lock, was closed since the gate looked, and cancelled it.
 */
export async function recordRulings(
  tx: TransactionSql,
  ruled: readonly RuledDelivery[],
): Promise<ReadonlySet<string>> {
  if (ruled.length === 0) return new Set();
  const rows = await tx<{ id: string }[]>`
    insert into deliveries (id, run_id, customer_id, name, subject, message, nth, own_channel, purpose, topic, priority,
      channel, variant, arm, state, reason, verdicts, calling_at, held_until, at)
    select r.id, r."runId", r."customerId", r.name, r.subject, r.message, r.nth, r."ownChannel", r.purpose, r.topic,
      r.priority, r.channel, r.variant, r.arm, r.state, r.reason, jsonb_build_array(r.verdict), r."callingAt",
      r."heldUntil", r.at
    from jsonb_to_recordset(${tx.json(ruled as never)}) as r (id uuid, "runId" uuid, "customerId" uuid, name text,
      subject text, message text, nth int, "ownChannel" text, purpose text, topic text, priority int, channel text,
      variant text, arm text, state text, reason text, verdict jsonb, "callingAt" timestamptz, "heldUntil" timestamptz,
      at timestamptz)
    on conflict (run_id, message, nth, own_channel) where nth is not null do update set
      customer_id = excluded.customer_id, channel = excluded.channel, variant = excluded.variant,
      arm = excluded.arm, state = excluded.state,
      reason = excluded.reason, calling_at = excluded.calling_at, held_until = excluded.held_until, at = excluded.at,
      -- One that is held night after night fills no page.
      verdicts = case when excluded.held_until is not null and jsonb_array_length(deliveries.verdicts) >= ${mostVerdicts}
        then deliveries.verdicts else deliveries.verdicts || excluded.verdicts end
      where deliveries.state = 'waiting'
    returning id`;
  return new Set(rows.map(({ id }) => id));
}
