import type { Sql } from 'postgres';
import type { Verdict } from '../../domain/delivery.ts';
import type { DeliveryNow } from './raise-delivery.ts';

/** A delivery whose call, begun at that time, nobody has told the end of; null when somebody has. */
export async function deliveryInDoubt(
  sql: Sql,
  call: { deliveryId: string; callingAt: Date },
): Promise<(DeliveryNow & { verdicts: Verdict[] }) | null> {
  const [row] = await sql<(DeliveryNow & { verdicts: Verdict[] })[]>`
    select id, state, reason, channel, arm, (extract(epoch from at) * 1000)::float8 as at, verdicts
    from deliveries
    where id = ${call.deliveryId} and state in ('intended', 'unknown') and calling_at = ${call.callingAt}`;
  return row ?? null;
}
