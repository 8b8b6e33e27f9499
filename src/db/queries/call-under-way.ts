import type { Sql, TransactionSql } from 'postgres';
import type { Verdict } from '../../domain/delivery.ts';
import { cancelledIfErased, keptVerdict } from './said-of-nobody.ts';
import { withVerdict } from './with-verdict.ts';

/**
 * Marks a delivery as being called again: its message was certainly not taken, or its provider knows it by its id, which
 * a verdict then says. False when it is no longer as the gate saw it (`was`): look again.
 */
export async function markCalling(
  tx: TransactionSql,
  call: { deliveryId: string; was: Date | null; callingAt: Date; verdict?: Verdict },
): Promise<boolean> {
  const rows = await tx`
    update deliveries d set calling_at = ${call.callingAt}, held_until = null,
      verdicts = ${withVerdict(tx, call.verdict ?? null)}
    where id = ${call.deliveryId} and state = 'intended' and calling_at is not distinct from ${call.was}
    returning id`;
  return rows.length > 0;
}

/**
 * Marks a delivery that is `unknown` as being called once more: it stays what it is until something better is known.
 * False when it is no longer as the gate saw it: look again.
 */
export async function markResend(
  tx: TransactionSql,
  call: { deliveryId: string; was: Date | null; callingAt: Date; verdict: Verdict },
): Promise<boolean> {
  const rows = await tx`
    update deliveries d set calling_at = ${call.callingAt}, held_until = null,
      verdicts = ${withVerdict(tx, call.verdict)}
    where id = ${call.deliveryId} and state = 'unknown' and calling_at is not distinct from ${call.was}
      and (calling_at is not null or held_until is not null)
    returning id`;
  return rows.length > 0;
}

/**
 * Writes `unknown` for a call of which nobody can tell the end; `until`: when its message may be sent once more. False
 * when its end has just been told: look again.
 */
export async function giveUpCall(
  sql: Sql | TransactionSql,
  call: { deliveryId: string; callingAt: Date; verdict: Verdict; until: Date | null },
): Promise<boolean> {
  const { deliveryId, callingAt, verdict, until } = call;
  const rows = await sql`
    update deliveries d set state = 'unknown', calling_at = null,
      held_until = case when d.anonymous then null else ${until}::timestamptz end,
      verdicts = verdicts || ${keptVerdict(sql, sql`${sql.json(verdict as never)}::jsonb`)}
    where id = ${deliveryId} and state in ('intended', 'unknown') and calling_at = ${callingAt}
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
      -- Of one that is called a second time: its time has come already.
      held_until = case when d.state = 'unknown' then d.calling_at else d.held_until end,
      verdicts = ${withVerdict(sql, verdict)}
    where id = ${deliveryId} and state in ('intended', 'unknown') and calling_at = ${callingAt}
    returning anonymous`;
  return rows.some(({ anonymous }) => !anonymous);
}
