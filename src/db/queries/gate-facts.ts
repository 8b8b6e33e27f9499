import type { PendingQuery, Sql, TransactionSql } from 'postgres';
import type { CartLine } from '../../domain/cart.ts';
import type { Claim, Counted } from '../../domain/caps.ts';
import type { HeldConsent } from '../../domain/consent.ts';
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
import { bearing, sizesOf, type TableSizes } from './kept-plan.ts';
import { isBehind } from './is-behind.ts';
import { isSubscribed } from './push-subscriptions.ts';
import { suppressionsInForce } from './suppressions-in-force.ts';
import {
  productsOfCart,
  relevanceFacts,
  type RelevanceQuestion,
  type RelevanceRow,
} from './relevance-facts.ts';
import { seenVariant, segmentsOf } from './wording-facts.ts';

/** What the gate asks the database about: orders of one message on one channel, each for a customer of its own. */
export interface GateQuestion {
  message: string;
  channel: Channel;
  /** The message goes out on each of its channels, and this one is decided for itself. */
  each: boolean;
  /** What the message is about; empty: it declares no topic. */
  topic: string;
  /** How far back caps look: the longest of the shop's, and for runs of some journeys, which look further, their own. */
  counted: { since: Date; longer: { journeys: readonly string[]; since: Date } };
  /** When the gate looks: who is on the site then. */
  at: Date;
  /** The segments that the message's templates ask for. */
  segments: readonly string[];
  /** It comes in variants. */
  varies: boolean;
  orders: readonly GateOrder[];
  /** Of the tables that are looked at (`gateSizes`). */
  sizes: TableSizes;
}

/** One order of a question. */
export interface GateOrder {
  runId: string;
  customerId: string;
  nth: number;
  /** Of where the customer is reached on the channel; null: nowhere, or the channel has no addresses. */
  addressHash: string | null;
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

/** One snapshot of all that the gate looks at for an order. Times in epoch milliseconds. */
export interface GateRow {
  /** The order's, from 0. */
  place: number;
  name: string;
  version: number;
  subject: string | null;
  runState: 'open' | 'closed';
  outcome: string | null;
  closedAt: number | null;
  openedAt: number;
  armKey: string;
  /** A browser of theirs is subscribed to push; not asked on other channels. */
  subscribed: boolean;
  traits: Record<string, Trait>;
  /** Null: the last of the personas. */
  persona: string | null;
  erased: boolean;
  behind: boolean;
  /** A browser of theirs is on the shop's pages; asked for what is shown there. */
  onSite: boolean;
  consent: HeldConsent | null;
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

/**
 * Everything the gate looks at, for one order or many, in one statement and so in one snapshot: a purchase is either
 * routed or still owed. In the order of the orders, without those whose run is gone.
 */
export async function gateFacts(tx: TransactionSql, question: GateQuestion): Promise<GateRow[]> {
  return gateFactsQuery(tx, question);
}

const looked = (
  'runs customers customer_ids unrouted consents suppressions settings memberships segments deliveries ' +
  'deliveries_held deliveries_open contacts carts orders order_lines products stock customer_events ' +
  'push_subscriptions onsite_streams'
).split(' ');

/** How large the tables are that it looks at, and of the ledger what is open, which may be much of it tonight. */
export async function gateSizes(tx: TransactionSql): Promise<TableSizes> {
  return sizesOf(tx, looked);
}

/**
 * The statement, for whoever wants to explain it. Runs, customers and what is known of them are looked up order by order
 * (`offset 0` keeps it so): left free, PostgreSQL may read whole tables for a handful.
 */
export function gateFactsQuery(sql: Sql | TransactionSql, question: GateQuestion): PendingQuery<GateRow[]> {
  const { message, channel, each, topic, counted, at } = question;
  const { journeys, since: longSince } = counted.longer;
  const countedSince = sql`case when r.name = any(${[...journeys]}::text[]) then ${longSince}::timestamptz else ${counted.since}::timestamptz end`;
  const ofSend = sql`d.run_id = r.id and d.message = ${message} and d.nth = o.nth`;
  // The delivery that is judged does not count against itself, nor against the same message on another channel.
  const itself = sql`and not (${ofSend})`;
  // What was begun as one stays one, and as several several, also if the message is declared otherwise meanwhile.
  const own = sql`d.own_channel in ('', ${channel})`;
  return sql<GateRow[]>`
    select ${bearing(sql, question.sizes)} o.place, r.name, r.version, r.subject, r.state as "runState", r.outcome,
      (extract(epoch from r.closed_at) * 1000)::float8 as "closedAt",
      (extract(epoch from r.opened_at) * 1000)::float8 as "openedAt",
      c.arm_key as "armKey", ${channel === 'push' ? isSubscribed(sql) : sql`false`} as subscribed, c.traits, c.persona, c.erased_at is not null as erased,
      ${isBehind(sql)} as behind, ${channel === 'onsite' ? isOnSite(sql, sql`c.id`, at) : sql`false`} as "onSite",
      ${consentThatHolds(sql, { customerId: sql`c.id`, channel: sql`${channel}`, topic })} as consent,
      ${suppressionsInForce(sql, { addressHash: sql`o.address_hash`, channel: sql`${channel}`, customerId: sql`c.id`, topic })} as suppressions,
      coalesce((select jsonb_object_agg(s.scope, s.value) from settings s
        where s.scope in (${shopScope}, ${sendingScope}, ${channelScope(channel)}, ${journeyScope('')} || r.name,
          ${messageScope(message)})), '{}') as settings,
      ${segmentsOf(sql, question.segments)} as segments, ${seenVariant(sql, question)} as "seenVariant",
      ${relevanceOfOrders(sql, question)} as relevance,
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
    from ${ordersOf(sql, question.orders)}
    cross join lateral (select * from runs r where r.id = o.run_id offset 0) r
    cross join lateral (select * from customers c where c.id = o.customer_id offset 0) c
    order by o.place`;
}

/** The orders, as a table `o`. */
function ordersOf(sql: Sql | TransactionSql, orders: readonly GateOrder[]) {
  const column = <T>(pick: (order: GateOrder, place: number) => T) => orders.map(pick);
  return sql`unnest(${column((_, place) => place)}::int[], ${column(({ runId }) => runId)}::uuid[],
    ${column(({ customerId }) => customerId)}::uuid[], ${column(({ nth }) => nth)}::int[],
    ${column(({ addressHash }) => addressHash)}::text[],
    ${column(({ relevance }) => JSON.stringify(relevance.products))}::text[],
    ${column(({ relevance }) => (relevance.ofCart ? 1 : 0))}::int[])
    as o (place, run_id, customer_id, nth, address_hash, products, of_cart)`;
}

/** Of one message all orders ask the same, but for the products that their data name. */
function relevanceOfOrders(sql: Sql | TransactionSql, { orders, at }: GateQuestion) {
  const { predicates, help } = orders[0]!.relevance;
  const named = orders.some(({ relevance: { products } }) => products.length > 0);
  const ofCart = orders.some(({ relevance }) => relevance.ofCart);
  const products =
    named || ofCart
      ? sql`select n.sku, n."productId" as product_id
          from jsonb_to_recordset(o.products::jsonb) as n (sku text, "productId" text)
          ${ofCart ? sql`union ${productsOfCart(sql)} and o.of_cart = 1` : sql``}`
      : null;
  const who = orders.map(({ customerId }) => customerId);
  return relevanceFacts(
    sql,
    { predicates, help },
    { who, now: at, since: sql`r.opened_at`, key: sql`r.key`, products },
  );
}
