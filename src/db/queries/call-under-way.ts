import type { Sql, TransactionSql } from 'postgres';
import { mostVerdicts, type Verdict } from '../../domain/delivery.ts';
import { cancelledIfErased } from './said-of-nobody.ts';

/**
 * Marks a delivery whose message was certainly not taken as being called again. False when it is no longer as the
 * gate saw it (`was`): look again.
 */
export async function markCalling(
  tx: TransactionSql,
  call: { deliveryId: string; was: Date | null; callingAt: Date },
): Promise<boolean> {
  const rows = await tx`
    update deliveries set calling_at = ${call.callingAt}, held_until = null
    where id = ${call.deliveryId} and state = 'intended' and calling_at is not distinct from ${call.was}
    returning id`;
  return rows.length > 0;
}

/**
 * Writes `unknown` for a call that somebody began and nobody can tell the end of. False when its end has just been
 * told: look again.
 */
export async function giveUpCall(
  tx: TransactionSql,
  call: { deliveryId: string; callingAt: Date; verdict: Verdict },
): Promise<boolean> {
  const rows = await tx`
    update deliveries set state = 'unknown', calling_at = null,
      verdicts = verdicts || ${tx.json([call.verdict] as never)}
    where id = ${call.deliveryId} and state = 'intended' and calling_at = ${call.callingAt}
    returning id`;
  return rows.length > 0;
}

/**
 * Notes that a call certainly did not hand the message over, so that it may be made again. The verdict is kept
 * unless the last one says the same: a provider that is away for a day fills no page. False when the delivery is no
 * longer waiting for this call: another attempt has given it up as unknown, or its customer was erased meanwhile, and
 * it is cancelled.
 */
export async function clearCalling(
  sql: Sql,
  call: { deliveryId: string; callingAt: Date; verdict: Verdict },
): Promise<boolean> {
  const { deliveryId, callingAt, verdict } = call;
  const rows = await sql<{ anonymous: boolean }[]>`
    update deliveries d set calling_at = null, ${cancelledIfErased(sql)},
      verdicts = case when d.anonymous or verdicts -> -1 ->> 'words' = ${verdict.words}
          or jsonb_array_length(verdicts) >= ${mostVerdicts}
        then verdicts else verdicts || ${sql.json([verdict] as never)} end
    where id = ${deliveryId} and state = 'intended' and calling_at = ${callingAt}
    returning anonymous`;
  return rows.some(({ anonymous }) => !anonymous);
}
