import type { PendingQuery, Sql, TransactionSql } from 'postgres';
import type { CartLine } from '../../domain/cart.ts';
import type { Claim, Counted } from '../../domain/caps.ts';
import type { Arm, DeliveryState, GateReason, Verdict } from '../../domain/delivery.ts';
import {
  channelScope,
  journeyScope,
  messageScope,
  sendingScope,
  shopScope,
} from '../../domain/setting-scopes.ts';
import type { Suppression } from '../../domain/suppression.ts';
import type { Channel } from '../../domain/task-queues.ts';
import type { Trait } from '../schema/customers.ts';
import { consentThatHolds } from './consent-that-holds.ts';
import { countedForCaps, heldForCaps } from './counted-for-caps.ts';
import { isOnSite } from './onsite-presence.ts';
import { isSubscribed } from './push-subscriptions.ts';
import { suppressionsInForce } from './suppressions-in-force.ts';
import { relevanceFacts, type RelevanceQuestion, type RelevanceRow } from './relevance-facts.ts';
import { seenVariant, segmentsOf } from './wording-facts.ts';

/** What the gate asks the database about. */
export interface GateQuestion {
  runId: string;
  customerId: string;
  message: string;
  nth: number;
  channel: Channel;
  /** The message goes out on each of its channels, and this one is decided for itself. */
  each: boolean;
  /** What the message is about; empty: it declares no topic. */
  topic: string;
  /** Of where the customer is reached on the channel; null: nowhere, or the channel has no addresses. */
  addressHash: string | null;
  /** How far back the longest cap looks. */
  countedSince: Date;
  /** When the gate looks: who is on the site then. */
  at: Date;
  /** The segments that the message's templates ask for. */
  segments: readonly string[];
  /** It comes in variants. */
  varies: boolean;
  relevance: RelevanceQuestion;
}

/** A delivery as the gate finds it. */
export interface DeliveryRow {
  id: string;
  /** With run, message and number its name: the channel that it is for, or empty, the first that will do. */
  ownChannel: string;
  state: DeliveryState;
  reason: GateReason | null;
  channel: Channel | null;
  arm: Arm | null;
  variant: string | null;
  verdicts: Verdict[];
  /** Epoch milliseconds; set while a provider call may be under way. */
  callingAt: number | null;
  /** Epoch milliseconds; null: it is not held. */
  heldUntil: number | null;
  at: number;
}

/** One snapshot of all that the gate looks at. Times in epoch milliseconds. */
export interface GateRow {
  name: string;
  version: number;
  subject: string | null;
  runState: 'open' | 'closed';
  outcome: string | null;
  closedAt: number | null;
  openedAt: number;
  armKey: string;
  /** A browser of theirs is subscribed to push. */
  subscribed: boolean;
  traits: Record<string, Trait>;
  /** Null: the last of the personas. */
  persona: string | null;
  erased: boolean;
  behind: boolean;
  /** A browser of theirs is on the shop's pages. */
  onSite: boolean;
  consent: 'granted' | 'denied' | null;
  suppressions: Suppression[];
  /** As stored, by scope: of the shop, all sending, the channel, the run's journey and the message; without what was never set. */
  settings: Record<string, Record<string, unknown>>;
  relevance: RelevanceRow;
  counted: Counted[];
  claims: Claim[];
  /** The cart of the run's key, with what the browser told of each line. */
  cartLines: CartLine[];
  /** Those of the segments asked for that the customer is in. */
  segments: string[];
  /** The variant of the customer's last would-send of the message; null where there was none. */
  seenVariant: string | null;
  delivery: DeliveryRow | null;
  /** The same message on its other channels, where it goes out on each: those that were decided on, the first before others. */
  siblings: Sibling[];
}

/** A delivery of the same send on another channel. */
export interface Sibling {
  id: string;
  arm: Arm;
  variant: string | null;
  at: number;
}

/** Everything the gate looks at, in one statement and so in one snapshot: a purchase is either routed or still owed. */
export async function gateFacts(tx: TransactionSql, question: GateQuestion): Promise<GateRow> {
  const rows = await gateFactsQuery(tx, question);
  return rows[0]!;
}

/** The statement, for whoever wants to explain it. */
export function gateFactsQuery(sql: Sql | TransactionSql, question: GateQuestion): PendingQuery<GateRow[]> {
  const { runId, customerId, message, nth, channel, each, topic, addressHash, countedSince, at } = question;
  const ofSend = sql`d.run_id = ${runId} and d.message = ${message} and d.nth = ${nth}`;
  // The delivery that is judged does not count against itself, nor against the same message on another channel.
  const itself = sql`and not (${ofSend})`;
  // What was begun as one stays one, and as several several, also if the message is declared otherwise meanwhile.
  const own = sql`d.own_channel in ('', ${channel})`;
  return sql<GateRow[]>`
    with ids as materialized (
      select kind, external_id from customer_ids where customer_id = ${customerId})
    select r.name, r.version, r.subject, r.state as "runState", r.outcome,
      (extract(epoch from r.closed_at) * 1000)::float8 as "closedAt",
      (extract(epoch from r.opened_at) * 1000)::float8 as "openedAt",
      c.arm_key as "armKey", ${isSubscribed(sql)} as subscribed, c.traits, c.persona, c.erased_at is not null as erased,
      ${behind(sql)} as behind, ${isOnSite(sql, sql`c.id`, at)} as "onSite",
      ${consentThatHolds(sql, { customerId: sql`c.id`, channel: sql`${channel}`, topic })} as consent,
      ${suppressionsInForce(sql, { addressHash: sql`${addressHash}`, channel: sql`${channel}`, customerId: sql`c.id`, topic })} as suppressions,
      coalesce((select jsonb_object_agg(s.scope, s.value) from settings s
        where s.scope in (${shopScope}, ${sendingScope}, ${channelScope(channel)}, ${journeyScope('')} || r.name,
          ${messageScope(message)})), '{}') as settings,
      ${segmentsOf(sql, question.segments)} as segments, ${seenVariant(sql, question)} as "seenVariant",
      ${relevanceFacts(sql, question.relevance, {
        ...{ who: [customerId], now: at, since: sql`r.opened_at`, key: sql`r.key` },
      })} as relevance,
      ${countedForCaps(sql, countedSince, itself)} as counted,
      ${heldForCaps(sql, countedSince, itself)} as claims,
      coalesce((select k.lines from carts k where k.customer_id = c.id and k.key = r.key), '[]') as "cartLines",
      coalesce((select jsonb_agg(jsonb_build_object('id', d.id, 'arm', d.arm, 'variant', d.variant,
          'at', extract(epoch from d.at) * 1000) order by d.at, d.id)
        from deliveries d where ${ofSend} and not (${own}) and d.arm is not null), '[]') as siblings,
      (select jsonb_build_object('id', d.id, 'ownChannel', d.own_channel, 'state', d.state, 'reason', d.reason, 'channel', d.channel,
          'arm', d.arm, 'variant', d.variant, 'verdicts', d.verdicts,
          'callingAt', extract(epoch from d.calling_at) * 1000, 'heldUntil', extract(epoch from d.held_until) * 1000,
          'at', extract(epoch from d.at) * 1000)
        from deliveries d where ${ofSend} and ${own}
        order by (d.own_channel = '') = ${!each} desc limit 1) as delivery
    from runs r join customers c on c.id = ${customerId}
    where r.id = ${runId}`;
}

/**
 * Whether an accepted event under any of the customer's ids waits for routing; an alias counts under both its ids.
 * The ids are read first, by themselves, and each is then looked up (`offset 0` keeps it so): left free, PostgreSQL
 * reads the whole queue, or without statistics all ids of a kind.
 */
function behind(sql: Sql | TransactionSql) {
  return sql`(
    exists (select from ids, lateral (select from unrouted u where u.user_id = ids.external_id offset 0) u
      where ids.kind = 'user')
    or exists (select from ids, lateral (select from unrouted u where u.anonymous_id = ids.external_id offset 0) u
      where ids.kind = 'anonymous')
    or exists (select from ids, lateral (select from unrouted u where u.previous_id = ids.external_id offset 0) u))`;
}
