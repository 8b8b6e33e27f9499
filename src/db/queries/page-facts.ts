import type { PendingQuery, Sql, TransactionSql } from 'postgres';
import type { AddressHashes } from '../../domain/address-hash.ts';
import type { Claim, Counted } from '../../domain/caps.ts';
import type { DeliveryState, Verdict } from '../../domain/delivery.ts';
import type { SubstituteRule } from '../../domain/substitutes.ts';
import type { Suppression } from '../../domain/suppression.ts';
import type { HeldConsent } from '../../domain/consent.ts';
import type { Channel } from '../../domain/task-queues.ts';
import type { WaitingState } from '../../domain/waiting.ts';
import { boughtBefore } from './bought-before.ts';
import { consentThatHolds, heldState } from './consent-that-holds.ts';
import { isBehind } from './is-behind.ts';
import { countedForCaps, heldForCaps } from './counted-for-caps.ts';
import { addressTraits, type LockedCustomer } from './lock-runs-customer.ts';
import { isOnSite } from './onsite-presence.ts';
import { isSubscribed } from './push-subscriptions.ts';
import { ruleValues, servesFor } from './serves-for.ts';
import { suppressionsInForce } from './suppressions-in-force.ts';
import {
  productsMeant,
  relevanceFacts,
  type RelevanceQuestion,
  type RelevanceRow,
} from './relevance-facts.ts';
import type { RivalEntry } from './rival-entries.ts';
import type { Trait } from '../schema/customers.ts';
import { seenVariant, segmentsOf } from './wording-facts.ts';

/** What the gate asks about a page of waiting entries. */
export interface PageQuestion {
  entryIds: readonly string[];
  message: string;
  /** Those of the message. */
  channels: readonly Channel[];
  /** What it is about; empty: it declares no topic. */
  topic: string;
  /** Of where their customers are reached. */
  addresses: readonly ({ customerId: string } & AddressHashes)[];
  /** How far back the longest cap looks. */
  countedSince: Date;
  /** When the gate looks: who is on the site then. */
  at: Date;
  /** The segments that its templates ask for. */
  segments: readonly string[];
  /** It comes in variants. */
  varies: boolean;
  /** The customers of the entries. */
  customerIds: readonly string[];
  relevance: RelevanceQuestion;
  /** Who bought what, waits no longer. */
  substitutes: SubstituteRule;
}

/** All that the gate looks at for one of them. */
export interface PageRow {
  entryId: string;
  entryState: WaitingState;
  since: Date;
  customerId: string;
  armKey: string;
  /** A browser of theirs is subscribed to push. */
  subscribed: boolean;
  traits: Record<string, Trait>;
  /** Null: the last of the personas. */
  persona: string | null;
  erased: boolean;
  /** What was bought at or after the look that serves: the product, or a substitute; of who was gathered by price, the product ever; null: nothing. */
  bought: string | null;
  behind: boolean;
  /** A browser of theirs is on the shop's pages. */
  onSite: boolean;
  /** What holds for each of the channels; nothing for one that was never asked for. */
  consents: Partial<Record<Channel, HeldConsent>>;
  /** Those in force of the customer's addresses, by channel. */
  suppressions: Partial<Record<Channel, Suppression[]>>;
  relevance: RelevanceRow;
  counted: Counted[];
  claims: Claim[];
  deliveryId: string | null;
  deliveryState: DeliveryState | null;
  variant: string | null;
  verdicts: Verdict[];
  /** For what else they wait that is back too, the longest waited for first; where the watch does something about it. */
  rivals?: readonly RivalEntry[];
  /** Those of the segments asked for that they are in. */
  segments: string[];
  /** The variant of their last would-send of the message; null where there was none. */
  seenVariant: string | null;
}

/**
 * Everything the gate looks at for a page of entries, longest waiting first, in one statement and so in one snapshot:
 * a purchase is either routed or still owed. The ledger is looked up entry by entry (`offset 0` keeps it so): left free,
 * PostgreSQL reads all that was ever sent of the message, for each page; consent, that it is looked up once. They are put
 * in order when all is known: what is asked of each seems so dear to the planner that it would read the whole line in its
 * order to spare the sort. Who waits no longer, or has become another customer, is told as it is now.
 */
export function pageFacts(sql: Sql | TransactionSql, question: PageQuestion): PendingQuery<PageRow[]> {
  const { entryIds, message, channels, topic, addresses, countedSince, at } = question;
  // Of one that is judged again: it does not count against itself.
  const itself = sql`and (d.entry_id is distinct from e.id or d.message <> ${message})`;
  return sql<PageRow[]>`
    with asked as materialized (${productsMeant(sql, question.relevance.products)}),
      suppressed as materialized (${hashesSuppressed(sql, addresses)})
    select * from (select e.id as "entryId", e.state as "entryState", e.since, c.id as "customerId", c.arm_key as "armKey", ${isSubscribed(sql)} as subscribed, c.traits, c.persona,
      c.erased_at is not null as erased, ${boughtOf(sql, question.substitutes)} as bought,
      ${isBehind(sql)} as behind, ${isOnSite(sql, sql`c.id`, at)} as "onSite",
      coalesce(${topic === '' ? sql`w.consents` : consentsOnTopic(sql, channels, topic)}, '{}') as consents,
      case when h.email in (select address_hash from suppressed) or h.phone in (select address_hash from suppressed)
        then ${suppressionsByChannel(sql, channels, topic)} else '{}' end as suppressions,
      ${relevanceFacts(sql, question.relevance, {
        ...{ who: question.customerIds, now: at, since: sql`e.since`, key: null },
        products: 'asked',
      })} as relevance,
      ${countedForCaps(sql, countedSince, itself)} as counted,
      ${heldForCaps(sql, countedSince)} as claims,
      ${segmentsOf(sql, question.segments)} as segments, ${seenVariant(sql, question)} as "seenVariant",
      d.id as "deliveryId", d.state as "deliveryState", d.variant, coalesce(d.verdicts, '[]') as verdicts
    from waiting_entries e
    join customers c on c.id = e.customer_id
    left join ${hashed(sql, addresses)} on h.customer_id = c.id
    left join (${newestConsents(sql, question)}) w on w.customer_id = c.id
    left join lateral (
      select o.id, o.state, o.variant, o.verdicts from deliveries o where o.entry_id = e.id and o.message = ${message} offset 0
    ) d on true
    where e.id = any(${[...entryIds]}::uuid[]) offset 0) page
    order by since, "entryId"`;
}

/** The hashes of the page's customers, as a table `h`. */
function hashed(sql: Sql | TransactionSql, addresses: PageQuestion['addresses']) {
  const column = (pick: (one: PageQuestion['addresses'][number]) => string | null) => addresses.map(pick);
  return sql`unnest(${column(({ customerId }) => customerId)}::uuid[], ${column(({ email }) => email)}::text[],
    ${column(({ phone }) => phone)}::text[]) as h (customer_id, email, phone)`;
}

/** What each of the customers said last of each channel as a whole, read once for all of them. */
function newestConsents(sql: Sql | TransactionSql, { customerIds, channels }: PageQuestion) {
  return sql`
    select n.customer_id, jsonb_object_agg(n.channel, n.state) as consents from (
      select distinct on (s.customer_id, s.channel) s.customer_id, s.channel, ${heldState(sql)} as state from consents s
      where s.customer_id = any(${[...customerIds]}::uuid[]) and s.topic = '' and s.channel = any(${[...channels]}::text[])
      order by s.customer_id, s.channel, s.at desc, s.state, s.id desc) n
    group by n.customer_id`;
}

function consentsOnTopic(sql: Sql | TransactionSql, channels: readonly Channel[], topic: string) {
  const holds = consentThatHolds(sql, { customerId: sql`c.id`, channel: sql`a.channel`, topic });
  return sql`(select jsonb_object_agg(n.channel, n.state) from (
    select a.channel, ${holds} as state
    from unnest(${[...channels]}::text[]) as a (channel) offset 0) n where n.state is not null)`;
}

/** Of few anything is suppressed: whose are looked up once for all, and then what it is. */
function hashesSuppressed(sql: Sql | TransactionSql, addresses: PageQuestion['addresses']) {
  const hashes = addresses.flatMap(({ email, phone }) => [email, phone]).filter((hash) => hash !== null);
  return sql`
    select s.address_hash from suppressions s
    where s.address_hash = any(${hashes}::text[]) and s.lifted_at is null`;
}

function suppressionsByChannel(sql: Sql | TransactionSql, channels: readonly Channel[], topic: string) {
  const found = suppressionsInForce(sql, {
    addressHash: sql`case a.channel when 'email' then h.email else h.phone end`,
    channel: sql`a.channel`,
    customerId: sql`c.id`,
    topic,
  });
  return sql`(select jsonb_object_agg(a.channel, ${found})
    from unnest(${[...channels]}::text[]) as a (channel))`;
}

/** Who was gathered by price is told of what it costs only if they have never bought it. */
function boughtOf(sql: Sql | TransactionSql, substitutes: SubstituteRule) {
  const ever = boughtBefore(sql, { customer: sql`c.id`, sku: sql`e.sku`, lookedAt: sql`e.seen_at` });
  return sql`case when e.seen_minor is null then ${bought(sql, substitutes)} else ${ever} end`;
}

/** The product before its substitutes, and the earlier before the later. */
function bought(sql: Sql | TransactionSql, substitutes: SubstituteRule) {
  const rule = ruleValues(sql, substitutes);
  return sql`(
    select l.sku from purchases l where l.customer_id = c.id and l.ordered_at >= e.since
      and (l.sku = e.sku or ${servesFor(sql, { waited: sql`e.sku`, bought: sql`l.sku`, rule })})
    order by (l.sku = e.sku) desc, l.ordered_at, l.sku limit 1)`;
}

/** Locks customers until the transaction ends, in the order of their ids as everybody who locks several does. */
export async function lockCustomersById(
  tx: TransactionSql,
  ids: readonly string[],
): Promise<(LockedCustomer & { isMerged: boolean })[]> {
  return tx<(LockedCustomer & { isMerged: boolean })[]>`
    select c.id, c.merged_into is not null as "isMerged", ${addressTraits(tx)} from customers c where c.id = any(${[...ids]}::uuid[]) order by c.id for update`;
}
