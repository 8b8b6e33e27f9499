import type { Fragment, Sql, TransactionSql } from 'postgres';
import {
  statesBelow,
  type Arm,
  type DeliveryState,
  type GateReason,
  type Verdict,
} from '../../domain/delivery.ts';
import type { Channel } from '../../domain/task-queues.ts';
import { keptProviderId, keptVerdict } from './said-of-nobody.ts';

/** What is learnt of a delivery after the gate ruled on it. */
export interface Raise {
  deliveryId: string;
  state: DeliveryState;
  /** Only from one of these; otherwise from wherever it is up. */
  from?: readonly DeliveryState[];
  reason?: GateReason;
  verdict: Verdict;
  /** Of what a call came to that is no more than its own end: nothing, once a later call is under way. */
  callingAt?: Date;
  providerId?: string;
  /** The provider's code of a failure. */
  providerCode?: string;
}

/** A delivery as its row says. `at` in epoch milliseconds. */
export interface DeliveryNow {
  id: string;
  state: DeliveryState;
  reason: GateReason | null;
  channel: Channel | null;
  arm: Arm | null;
  at: number;
}

/**
 * Raises a delivery to a state, if that is up from where it is, in one conditional update; says where it is then.
 * Whatever the order in which news comes, the same state is reached. The provider's id is kept in any case, but for a
 * customer who was erased.
 */
export async function raiseDelivery(sql: Sql | TransactionSql, raise: Raise): Promise<DeliveryNow | null> {
  const up = sql`(state = any(${[...(raise.from ?? statesBelow(raise.state))]})
    and ${isNotRepeated(sql, raise.callingAt)})`;
  const verdict = keptVerdict(sql, sql`${sql.json(raise.verdict as never)}::jsonb`);
  const [row] = await sql<DeliveryNow[]>`
    update deliveries d set
      state = case when ${up} then ${raise.state} else state end,
      reason = case when ${up} then ${raise.reason ?? null} else reason end,
      verdicts = case when ${up} then verdicts || ${verdict} else verdicts end,
      provider_code = case when ${up} then ${raise.providerCode ?? null} else provider_code end,
      provider_id = ${keptProviderId(sql, sql`${raise.providerId ?? null}::text`)},
      calling_at = case when ${up} then null else calling_at end,
      held_until = case when ${up} then null else held_until end
    where id = ${raise.deliveryId}
    returning id, state, reason, channel, arm, (extract(epoch from at) * 1000)::float8 as at`;
  return row ?? null;
}

/**
 * Whether no call after the one begun at that time is under way, for a delivery `d` of the statement around it: another
 * attempt repeats it, and what becomes of that decides.
 */
export function isNotRepeated(sql: Sql | TransactionSql, callingAt: Date | undefined): Fragment {
  if (callingAt === undefined) return sql`true`;
  return sql`(d.state <> 'intended' or d.calling_at = ${callingAt})`;
}
