import type { TransactionSql } from 'postgres';
import { mostVerdicts, type Verdict } from '../../domain/delivery.ts';

/**
 * Holds a delivery that is `intended` and whose message was certainly not taken: it stays what it is, and the gate looks
 * again at a time. False when it is no longer as the gate saw it (`was`): look again.
 */
export async function holdIntended(
  tx: TransactionSql,
  hold: { deliveryId: string; was: Date | null; until: Date; verdict: Verdict },
): Promise<boolean> {
  const rows = await tx`
    update deliveries set calling_at = null, held_until = ${hold.until},
      verdicts = case when jsonb_array_length(verdicts) >= ${mostVerdicts} then verdicts
        else verdicts || ${tx.json([hold.verdict] as never)} end
    where id = ${hold.deliveryId} and state = 'intended' and calling_at is not distinct from ${hold.was}
    returning id`;
  return rows.length > 0;
}
