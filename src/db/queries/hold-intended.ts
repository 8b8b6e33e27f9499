import type { TransactionSql } from 'postgres';
import type { Verdict } from '../../domain/delivery.ts';
import { withVerdict } from './with-verdict.ts';

/**
 * Holds a delivery that is `intended` and whose message was certainly not taken: it stays what it is, and the gate looks
 * again at a time. False when it is no longer as the gate saw it (`was`): look again.
 */
export async function holdIntended(
  tx: TransactionSql,
  hold: { deliveryId: string; was: Date | null; until: Date; verdict: Verdict },
): Promise<boolean> {
  const rows = await tx`
    update deliveries d set calling_at = null, held_until = ${hold.until},
      verdicts = ${withVerdict(tx, hold.verdict)}
    where id = ${hold.deliveryId} and state = 'intended' and calling_at is not distinct from ${hold.was}
    returning id`;
  return rows.length > 0;
}
