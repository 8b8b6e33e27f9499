import type { Sql, TransactionSql } from 'postgres';
import { statesBelow, type DeliveryState, type GateReason, type Verdict } from '../../domain/delivery.ts';
import { kindsOf } from '../../domain/kinds.ts';
import type { Channel } from '../../domain/task-queues.ts';
import { isPaused } from './paused-meanwhile.ts';
import { isNotRepeated, type DeliveryNow } from './raise-delivery.ts';
import { cancelledIfErased, keptProviderId, keptVerdict } from './said-of-nobody.ts';
import { withVerdict } from './with-verdict.ts';

/** A delivery of a watch that is `intended`, and by whom it may be under way. */
export interface IntendedDelivery {
  id: string;
  entryId: string;
  customerId: string;
  /** Epoch milliseconds; null: certainly not taken by the provider. */
  callingAt: number | null;
  /** Its would-send, epoch milliseconds. */
  at: number;
}

/** What pages of a run have left to call on a channel, at most `limit`. Found by what is not settled, not by all that the run sent. */
export async function intendedOf(
  sql: Sql | TransactionSql,
  asked: { runId: string; message: string; channel: Channel; limit: number },
): Promise<IntendedDelivery[]> {
  const { runId, message, channel, limit } = asked;
  return sql<IntendedDelivery[]>`
    select id, entry_id as "entryId", customer_id as "customerId",
      (extract(epoch from calling_at) * 1000)::float8 as "callingAt", (extract(epoch from at) * 1000)::float8 as at
    from deliveries
    where run_id = ${runId} and state = 'intended' and message = ${message} and channel = ${channel}
    order by id limit ${limit}`;
}

/** Which deliveries are being called now, and whether some were left because they were paused meanwhile. */
export interface MarkedCalls {
  ids: ReadonlySet<string>;
  isPaused: boolean;
}

/**
 * Marks deliveries as being called now, those that nobody else has begun to call or settled. What an operator has paused
 * since they passed the gate is not marked: a page whose calls take long stops between two of them.
 * @param doubts Of those whose call is repeated, when the one in doubt was begun: they are marked so all along.
 */
export async function markCalls(
  sql: Sql,
  { ids, doubts }: { ids: readonly string[]; doubts: ReadonlyMap<string, Date> },
  callingAt: Date,
): Promise<MarkedCalls> {
  const begun = sql.json(Object.fromEntries([...doubts].map(([id, at]) => [id, at.toISOString()])));
  const callBefore = doubts.size === 0 ? sql`null` : sql`(${begun}::jsonb ->> d.id::text)::timestamptz`;
  const asFound = sql`d.id = any(${[...ids]}::uuid[]) and d.state = 'intended'
    and d.calling_at is not distinct from ${callBefore}`;
  // The second part reads nothing where nothing at all is paused, as mostly.
  const rows = await sql<{ id: string; paused: boolean }[]>`
    with marked as (
      update deliveries d set calling_at = ${callingAt} where ${asFound} and not ${isPaused(sql)} returning d.id)
    select id, false as paused from marked
    union all
    select d.id, true from deliveries d
    where (select count(*) > 0 from settings s where s.value ->> 'pausedAt' is not null)
      and ${asFound} and ${isPaused(sql)}`;
  const marked = rows.filter(({ paused }) => !paused).map(({ id }) => id);
  return { ids: new Set(marked), isPaused: marked.length < rows.length };
}

/**
 * Notes that calls begun at a time certainly did not hand the messages over, so that they may be made again. Without a
 * verdict nothing is said about it; one is kept unless the last says the same. Of a customer who was erased meanwhile
 * it is cancelled: nobody calls again.
 */
export async function clearCalls(
  sql: Sql | TransactionSql,
  calls: { ids: readonly string[]; callingAt: Date; verdict: Verdict | null },
): Promise<void> {
  const { ids, callingAt, verdict } = calls;
  await sql`
    update deliveries d set calling_at = null, ${cancelledIfErased(sql)},
      verdicts = ${withVerdict(sql, verdict)}
    where id = any(${[...ids]}::uuid[]) and state = 'intended' and calling_at = ${callingAt}`;
}

/** Notes that a call in doubt is made again; it stays marked. The verdict is kept unless the last says the same. */
export async function noteRepeat(tx: TransactionSql, { id, verdict }: PageNews): Promise<void> {
  await tx`
    update deliveries d set verdicts = ${withVerdict(tx, verdict)} where id = ${id}`;
}

/** What is learnt of one of several deliveries. */
export interface PageNews {
  id: string;
  verdict: Verdict;
  providerId?: string;
  /** The provider's code of a failure. */
  providerCode?: string;
}

/**
 * Raises deliveries to a state, each if that is up from where it is, in one conditional update: whatever the order in
 * which news comes, the same state is reached. The provider's id is kept in any case, but for customers who were
 * erased. Says where they are then.
 */
export async function raisePage(
  sql: Sql | TransactionSql,
  raise: {
    state: DeliveryState;
    from?: readonly DeliveryState[];
    reason?: GateReason;
    callingAt?: Date;
    news: readonly PageNews[];
  },
): Promise<DeliveryNow[]> {
  if (raise.news.length === 0) return [];
  const ids = raise.news.map(({ id }) => id);
  // Of most it is the same: that is said once.
  const { kinds, places } = kindsOf(raise.news.map(({ id: _id, ...said }) => said));
  const said = kinds.map((kind, place) => ({ place, ...kind }));
  const up = sql`(d.state = any(${[...(raise.from ?? statesBelow(raise.state))]})
    and ${isNotRepeated(sql, raise.callingAt)})`;
  // Locked in the order of their ids, as a merge or an erasure moves several of them at once.
  return sql<DeliveryNow[]>`
    with locked as materialized (
      select id from deliveries where id = any(${ids}::uuid[]) order by id for update)
    update deliveries d set
      state = case when ${up} then ${raise.state} else d.state end,
      reason = case when ${up} then ${raise.reason ?? null} else d.reason end,
      verdicts = case when ${up} then d.verdicts || ${keptVerdict(sql, sql`r.verdict`)} else d.verdicts end,
      provider_code = case when ${up} then r."providerCode" else d.provider_code end,
      provider_id = ${keptProviderId(sql, sql`r."providerId"`)},
      calling_at = case when ${up} then null else d.calling_at end,
      held_until = case when ${up} then null else d.held_until end
    from unnest(${ids}::uuid[], ${places}::int[]) as n (id, place)
    join jsonb_to_recordset(${sql.json(said as never)})
      as r (place int, verdict jsonb, "providerId" text, "providerCode" text) using (place)
    where d.id = n.id and d.id = any(array(select id from locked))
    returning d.id, d.state, d.reason, d.channel, d.arm, (extract(epoch from d.at) * 1000)::float8 as at`;
}

/**
 * Settles what waited in a wave for somebody who waits no longer: they bought meanwhile, became one with another, or have
 * waited for too long.
 * @param wave `message`: only what is of it.
 */
export async function withholdEnded(
  tx: TransactionSql,
  wave: { runId: string; message?: string; at: Date },
): Promise<void> {
  const { runId, message, at } = wave;
  await tx`
    update deliveries d set state = 'withheld', reason = 'irrelevant', at = ${at},
      verdicts = d.verdicts || jsonb_build_array(jsonb_build_object('at', ${at.toISOString()}::text,
        'channel', d.channel, 'state', 'withheld', 'reason', 'irrelevant',
        'words', 'withheld: irrelevant — the customer waits no longer: ' || coalesce(e.reason, e.state)))
    from waiting_entries e
    where d.run_id = ${runId} and d.state = 'waiting'
      ${message === undefined ? tx`` : tx`and d.message = ${message}`}
      and e.id = d.entry_id and e.state <> 'waiting'`;
}
