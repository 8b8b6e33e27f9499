import type { PendingQuery, Row, TransactionSql } from 'postgres';
import type { GateReason, Verdict } from '../../domain/delivery.ts';

/** A delivery of a wave that was decided on, was certainly not called, and may not be called now. */
export interface GivenBack {
  id: string;
  runId: string;
  wave: number;
  reason: GateReason;
  verdict: Verdict;
}

/**
 * Gives the place of a delivery back, as if its customer had been passed over in the first place: they wait on, unless
 * they began to wait anew meanwhile, and the wave has the place for somebody else. The arm that was drawn stays,
 * as that of the held-out beside them does: to forget the treated alone would leave the arms unlike. The wave and the
 * customer are locked.
 */
export async function givePlaceBack(tx: TransactionSql, given: GivenBack): Promise<void> {
  const { id, runId, wave, reason, verdict } = given;
  await tx`
    with back as (
      update deliveries d set state = 'withheld', reason = ${reason}, held_until = null,
        verdicts = d.verdicts || ${tx.json([verdict] as never)}
      where d.id = ${id} and d.state = 'intended' and d.calling_at is null
      returning d.entry_id
    ), entry as (
      update waiting_entries e set state = 'waiting', ended_at = null
      from back where e.id = back.entry_id and e.state = 'consumed' and not ${waitsAnew(tx)})
    update waves w set used = w.used - 1, withheld = w.withheld + 1 from back
    where w.run_id = ${runId} and w.wave = ${wave}`;
  await giveTogetherBack(tx, id);
}

/**
 * Of a delivery that will not be called, gives back the places of the other products that it would have told of: their
 * customer waits for them on, unless they began to wait anew meanwhile. One that may still be called keeps them.
 */
export async function giveTogetherBack(tx: TransactionSql, id: string): Promise<void> {
  await tx`
    update waiting_entries e set state = 'waiting', ended_at = null, told_in = null
    where e.told_in = ${id} and e.state = 'consumed' and not ${waitsAnew(tx)}
      and exists (select from deliveries d where d.id = ${id} and d.state in ('withheld', 'cancelled'))`;
}

/** Whether the customer of an entry `e` waits for the same product in another one. */
function waitsAnew(tx: TransactionSql): PendingQuery<Row[]> {
  return tx`exists (
    select from waiting_entries w where w.customer_id = e.customer_id and w.sku = e.sku and w.list = e.list
      and w.state = 'waiting')`;
}
