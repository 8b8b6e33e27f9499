import type { TransactionSql } from 'postgres';
import type { Arm, DeliveryState, GateReason, Purpose, Verdict } from '../../domain/delivery.ts';
import { kindsOf } from '../../domain/kinds.ts';
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
 * Writes what the gate ruled about a page, under the name of each (the waiting entry and the message). The transaction
 * holds the customers' locks.
 */
export async function recordPage(
  tx: TransactionSql,
  page: PageOf,
  ruled: readonly RuledEntry[],
): Promise<void> {
  if (ruled.length === 0) return;
  const { runId, name, subject, message, wave, purpose, topic, priority, at } = page;
  const column = (pick: (one: RuledEntry) => string) => ruled.map(pick);
  // Of most it is the same: that is said once.
  const { kinds, places } = kindsOf(
    ruled.map(({ id: _id, entryId: _entry, customerId: _customer, ...said }) => said),
  );
  const said = kinds.map((kind, place) => ({ place, ...kind }));
  await tx`
    insert into deliveries (id, run_id, customer_id, name, subject, message, entry_id, wave, purpose, topic,
      priority, channel, variant, arm, state, reason, verdicts, at)
    select n.id, ${runId}, n.customer_id, ${name}, ${subject}, ${message}, n.entry_id, ${wave}, ${purpose},
      ${topic}, ${priority}, r.channel, r.variant, r.arm, r.state, r.reason, r.verdicts, ${at}
    from unnest(${column(({ id }) => id)}::uuid[], ${column(({ entryId }) => entryId)}::uuid[],
      ${column(({ customerId }) => customerId)}::uuid[], ${places}::int[]) as n (id, entry_id, customer_id, place)
    join jsonb_to_recordset(${tx.json(said as never)}) as r (place int, channel text, variant text, arm text,
      state text, reason text, verdicts jsonb) using (place)
    on conflict (entry_id, message) where entry_id is not null do update set
      run_id = excluded.run_id, customer_id = excluded.customer_id, wave = excluded.wave, channel = excluded.channel,
      variant = excluded.variant, arm = coalesce(excluded.arm, deliveries.arm), state = excluded.state, reason = excluded.reason,
      verdicts = deliveries.verdicts || excluded.verdicts, at = excluded.at`;
}
