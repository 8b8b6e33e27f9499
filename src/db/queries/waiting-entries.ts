import type { PendingQuery, Sql, TransactionSql } from 'postgres';
import { datedReasons, nextChannelReasons, passingReasons, type GateReason } from '../../domain/delivery.ts';
import type { Channel } from '../../domain/task-queues.ts';

/** Somebody who waits. */
export interface WaitingEntry {
  id: string;
  customerId: string;
  since: Date;
}

/** Whose turn it is. */
export interface Turn {
  list: string;
  sku: string;
  runId: string;
  wave: number;
  message: string;
  /** At most so many. */
  limit: number;
}

/** Those who wait longest, from after an entry of that time and id. */
export function nextWaiting(
  sql: Sql | TransactionSql,
  { list, sku, limit }: Turn,
  after: { since: Date | null; id: string | null },
): PendingQuery<WaitingEntry[]> {
  const from = after.since === null ? sql`true` : sql`(e.since, e.id) > (${after.since}, ${after.id})`;
  return sql<WaitingEntry[]>`
    select e.id, e.customer_id as "customerId", e.since from waiting_entries e
    where e.list = ${list} and e.sku = ${sku} and e.state = 'waiting' and ${from}
    order by e.since, e.id limit ${limit}`;
}

/** Those of a wave whose newest events had not taken effect, likewise. */
export function nextBehind(
  sql: Sql | TransactionSql,
  turn: Turn,
  after: { since: Date | null; id: string | null },
): PendingQuery<WaitingEntry[]> {
  const from = after.since === null ? sql`true` : sql`(e.since, e.id) > (${after.since}, ${after.id})`;
  return sql<WaitingEntry[]>`
    select e.id, e.customer_id as "customerId", e.since
    from deliveries d join waiting_entries e on e.id = d.entry_id and e.state = 'waiting'
    where ${undecided(sql, turn)} and d.reason = 'behind' and ${from}
    order by e.since, e.id limit ${turn.limit}`;
}

/** Those of a wave whom a channel does not reach, for the channel after it. */
export function nextFallen(
  sql: Sql | TransactionSql,
  turn: Turn,
  channelBefore: Channel,
): PendingQuery<WaitingEntry[]> {
  return sql<WaitingEntry[]>`
    select e.id, e.customer_id as "customerId", e.since
    from deliveries d join waiting_entries e on e.id = d.entry_id and e.state = 'waiting'
    where ${undecided(sql, turn)} and d.channel = ${channelBefore} and d.reason = any(${[...nextChannelReasons]})
    order by e.since, e.id limit ${turn.limit}`;
}

/** How many of a wave are still to be asked about, by what they wait for. */
export async function countUndecided(
  tx: TransactionSql,
  turn: Turn,
): Promise<{ channel: Channel; reason: string; count: number }[]> {
  return tx<{ channel: Channel; reason: string; count: number }[]>`
    select d.channel, d.reason, count(*)::int as count
    from deliveries d join waiting_entries e on e.id = d.entry_id and e.state = 'waiting'
    where ${undecided(tx, turn)} group by d.channel, d.reason`;
}

function undecided(sql: Sql | TransactionSql, { runId, message, wave }: Turn) {
  return sql`d.run_id = ${runId} and d.message = ${message} and d.wave = ${wave} and d.state = 'waiting'`;
}

/** Whether anybody waits. */
export async function anybodyWaits(
  tx: Sql | TransactionSql,
  { list, sku }: { list: string; sku: string },
): Promise<boolean> {
  const [row] = await tx<{ found: boolean }[]>`
    select exists (select from waiting_entries e where e.list = ${list} and e.sku = ${sku} and e.state = 'waiting')
      as found`;
  return row!.found;
}

/**
 * Whether somebody waits whom a later wave may serve: this one has not looked at them (what was found long ago may be
 * so no more), or what held them back passes.
 * @param other Whether somebody beside those of whom it is known when they may rise: they have to be looked at before then.
 */
export async function anybodyMayRise(
  tx: TransactionSql,
  line: Line,
  { other }: { other: boolean },
): Promise<boolean> {
  const reasons = passingReasons.filter((reason) => !other || !datedReasons.includes(reason));
  const [row] = await anybodyMayRiseQuery(tx, line, reasons);
  return row!.found;
}

/** A waiting list of one product after a wave. */
type Line = Omit<Turn, 'limit'>;

/**
 * The statement, for whoever wants to explain it. The ledger is looked up entry by entry (`offset 0` keeps it so): left
 * free, PostgreSQL reads all that was ever sent of the message.
 */
export function anybodyMayRiseQuery(
  sql: Sql | TransactionSql,
  { list, sku, message, runId, wave }: Line,
  reasons: readonly GateReason[] = passingReasons,
): PendingQuery<{ found: boolean }[]> {
  return sql<{ found: boolean }[]>`
    select exists (
      select from waiting_entries e left join lateral (
        select o.state, o.reason from deliveries o
        where o.entry_id = e.id and o.message = ${message} and o.run_id = ${runId} and o.wave = ${wave} offset 0
      ) d on true
      where e.list = ${list} and e.sku = ${sku} and e.state = 'waiting'
        and (d.state is null or d.state = 'waiting' or d.reason = any(${[...reasons]}))) as found`;
}

/** Would-send: the place in the line is used. */
export async function consumeEntries(tx: TransactionSql, ids: readonly string[], at: Date): Promise<void> {
  if (ids.length === 0) return;
  await tx`
    update waiting_entries set state = 'consumed', ended_at = ${at}
    where id = any(${[...ids]}::uuid[]) and state = 'waiting'`;
}

/**
 * Closes those among some entries whose customers became others while they were gathered: it is the other who is told,
 * or not. Their customers are locked.
 */
export async function closeMergedEntries(
  tx: TransactionSql,
  ids: readonly string[],
  at: Date,
): Promise<void> {
  await tx`
    update waiting_entries w set state = 'closed', reason = 'merged', ended_at = ${at} from customers c
    where w.id = any(${[...ids]}::uuid[]) and w.state = 'waiting'
      and c.id = w.customer_id and c.merged_into is not null`;
}

/**
 * Closes those among some entries of a line that a run gathered whose customers were told of it meanwhile all the same: they
 * became one with somebody whom the gathering left out, because they had been told. Their customers are locked.
 */
export async function closeToldEntries(
  tx: TransactionSql,
  { runId, ids, at }: { runId: string; ids: readonly string[]; at: Date },
): Promise<void> {
  await tx`
    update waiting_entries w set state = 'closed', reason = 'merged', ended_at = ${at}
    from (select told_since from gatherings where run_id = ${runId} order by seq desc limit 1) g
    where w.id = any(${[...ids]}::uuid[]) and w.state = 'waiting' and exists (
      select from waiting_entries o
      where o.customer_id = w.customer_id and o.sku = w.sku and o.list = w.list
        and o.state = 'consumed' and o.ended_at >= g.told_since)`;
}

/** An entry whose customer bought what they waited for, or a substitute: this. */
export interface BoughtEntry {
  entryId: string;
  sku: string;
}

/** There is nothing left to wait for. */
export async function closeBoughtEntries(
  tx: TransactionSql,
  bought: readonly BoughtEntry[],
  at: Date,
): Promise<void> {
  if (bought.length === 0) return;
  await tx`
    update waiting_entries w set state = 'closed', reason = 'bought', bought_sku = b.sku, ended_at = ${at}
    from unnest(${bought.map(({ entryId }) => entryId)}::uuid[], ${bought.map(({ sku }) => sku)}::text[]) as b (id, sku)
    where w.id = b.id and w.state = 'waiting'`;
}
