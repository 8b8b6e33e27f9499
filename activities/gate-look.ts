import type { TransactionSql } from 'postgres';
import { ApplicationFailure } from '@temporalio/common';
import type { Clock } from '../src/clock.ts';
import type { Database } from '../src/db/connect.ts';
import { gateFacts, gateSizes, type GateQuestion, type GateRow } from '../src/db/queries/gate-facts.ts';
import { keepPlans, planAnew, type RecentSizes, type TableSizes } from '../src/db/queries/kept-plan.ts';
import { lockRunsCustomer, type LockedCustomer } from '../src/db/queries/lock-runs-customer.ts';
import { lockRunsCustomers } from '../src/db/queries/lock-runs-customers.ts';
import { productsNamed, type ProductWords } from '../src/db/queries/product-words.ts';
import type { JourneyDefinition } from '../src/define/journey.ts';
import { priorityOf, type MessageType } from '../src/define/message.ts';
import { saidPredicates } from '../src/define/relevant.ts';
import type { TraitValues } from '../src/domain/address.ts';
import { hashOn } from '../src/domain/address-hash.ts';
import { longestShopCap, windowMs } from '../src/domain/caps.ts';
import type { Verdict } from '../src/domain/delivery.ts';
import { withCartWords, withReviews } from '../src/domain/enrich-items.ts';
import type { GateFacts } from '../src/domain/gate.ts';
import { once } from '../src/domain/once.ts';
import { relevantData } from '../src/domain/relevance.ts';
import { pausedSince } from '../src/domain/pause.ts';
import { releaseOf, resumedOf } from '../src/domain/release.ts';
import { channelScope, journeyScope, sendingScope, shopScope } from '../src/domain/setting-scopes.ts';
import { spanMs } from '../src/domain/span.ts';
import type { Channel } from '../src/domain/task-queues.ts';
import { wishesIn } from '../src/domain/wishes.ts';
import { readShopSettings, type ShopSettings } from '../src/shop-settings.ts';
import { lawfulFor, likeliestZone, quietFor, reachedAt, renderedFor } from './addressee.ts';
import { wayOutOf } from './way-out.ts';
import { newId } from '../src/ids.ts';
import type { CallBook } from './call-book.ts';
import type { ChannelAdapter, ChannelContent } from './channels/channel.ts';
import type { SendInput } from './contract.ts';
import { relevanceOf, relevanceQuestion } from './relevance.ts';
import type { Turns } from './turns.ts';
import {
  extrasFor,
  isNamedIn,
  namedIn,
  namedInAll,
  takesStock,
  takeStock,
  variantFor,
  type Wording,
} from './wording.ts';

/** What a message says on a channel. @throws MissingData when its templates ask for what is not there. */
export type RenderMessage = (input: {
  message: MessageType<unknown>;
  channel: Channel;
  data: Record<string, unknown>;
  /** Traits by name. */
  customer: TraitValues;
  /** The name of the persona that the customer has. */
  persona: string;
  /** Those that the message asks for and that the customer is in. */
  segments: readonly string[];
  /** Of the message's variants the one that they get; null: it has none. */
  variant: string | null;
  /** The customer's time zone. */
  zone: string;
}) => ChannelContent | Promise<ChannelContent>;

/** What the gate works with. */
export interface GateParts {
  database: Pick<Database, 'sql'>;
  clock: Clock;
  /** Every version that may have open runs. */
  definitions: readonly JourneyDefinition[];
  /** Null for a channel that has no provider. */
  channels: Record<Channel, ChannelAdapter | null>;
  render: RenderMessage;
  calls: CallBook;
  /** Of the tables that it looks at. */
  sizes: RecentSizes;
  /** The home's: keys the hashes of addresses. */
  secret: string;
  /** On channels whose rate is bounded; none is unless given. */
  turns?: Turns;
  /** Where Kairos is reached from outside, for the links in messages. */
  publicUrl?: string | undefined;
}

/** One look of the gate, under the lock of the customer concerned. */
export interface Look {
  tx: TransactionSql;
  parts: GateParts;
  input: SendInput;
  message: MessageType<unknown>;
  customerId: string;
  /** Of where they are reached; null: nowhere, or the channel has no addresses. */
  addressHash: string | null;
  /** The delivery's, also before there is one. */
  deliveryId: string;
  now: Date;
  row: GateRow;
  /** The settings of the shop in force. */
  shop: ShopSettings;
  /** As long as nothing was rendered, nothing is missing. */
  facts: GateFacts;
  /** The message's, with the words that may not pass through Temporal, and without items that have no point any more. */
  data: Record<string, unknown>;
  /** Where its reader says that they want no more of its kind. */
  unsubscribeUrl: () => string;
  /** What the catalogue has of the products that the data name, these and those of all who are looked at together. */
  reviewed: () => Promise<readonly ProductWords[]>;
}

/**
 * Locks the customers of some orders of one message on one channel, and collects everything the gate looks at, in one
 * statement for all. Null for an order that is to be looked at by itself: a second one for the same customer, who has to
 * be seen as the first leaves them, or one whose customer was joined to another. A single order always has its look.
 * @throws ApplicationFailure `not-found` for a single order whose run is not there.
 */
export async function takeLooks(
  tx: TransactionSql,
  parts: GateParts,
  message: MessageType<unknown>,
  inputs: readonly SendInput[],
): Promise<(Look | null)[]> {
  const sizes = await parts.sizes.now(() => gateSizes(tx));
  // Asked in one go.
  // How best to look up what has to hold of the customers, among all that they ever did, depends on who they are.
  const [, customers] = await Promise.all([
    saidPredicates(message).length === 0 && keepPlans(tx),
    lockCustomers(tx, inputs, sizes),
  ]);
  // After the locks: who waited for them judges by the time at which they got them.
  const now = new Date(Math.max(parts.clock.now().getTime(), ...inputs.map(({ askedAt }) => askedAt)));
  const { channel, each } = inputs[0]!;
  const taken = customers.flatMap((customer, place) => {
    if (!customer) return [];
    return [{ customer, addressHash: hashOn(channel, customer, parts.secret), input: inputs[place]! }];
  });
  if (taken.length === 0) return inputs.map(() => null);
  const named = namedInAll(taken.map(({ input: { data } }) => data));
  const early = message.reviews ? productsNamed(tx, named, sizes) : [];
  // In one go with that, which is the smaller: it waits for the larger to be sent.
  const asked = gateFacts(tx, {
    ...{ message: message.name, topic: message.topic ?? '', varies: message.variants !== undefined },
    ...{ channel, each: each === true, at: now },
    counted: countedBy(parts.definitions, now),
    ...{ segments: (message.segments ?? []).map(({ name }) => name), sizes },
    orders: taken.map(({ customer, addressHash, input: { runId, nth, data } }) => ({
      ...{ runId, nth, customerId: customer.id, addressHash },
      relevance: relevanceQuestion(message, data),
    })),
  });
  const [rows, products] = await Promise.all([asked, early, takesStock(message) && planAnew(tx)]);
  const shopOf = shopSettingsOnce();
  const reviewed = once(async () => {
    const all = namedInAll([...looks.values()].map(({ data }) => data));
    return isNamedIn(named, all) ? products : productsNamed(tx, all, sizes);
  });
  const looks: ReadonlyMap<SendInput, Look> = new Map(
    rows.map((row) => {
      const { customer, addressHash, input } = taken[row.place]!;
      const of = { tx, parts, message, input, customerId: customer.id, addressHash, now, row, reviewed };
      return [input, lookOf({ ...of, shop: shopOf(row.settings[shopScope]) })];
    }),
  );
  return inputs.map((input) => looks.get(input) ?? null);
}

async function lockCustomers(
  tx: TransactionSql,
  inputs: readonly SendInput[],
  sizes: TableSizes,
): Promise<(LockedCustomer | null)[]> {
  const [one, ...others] = inputs as [SendInput, ...SendInput[]];
  if (others.length === 0) {
    const customer = await lockRunsCustomer(tx, one.runId);
    if (customer) return [customer];
    throw ApplicationFailure.nonRetryable(
      `There is no run ${one.runId} with a customer in this database.`,
      'not-found',
    );
  }
  const runIds = inputs.map(({ runId }) => runId);
  const locked = await lockRunsCustomers(tx, { runIds, sizes });
  const seen = new Set<string>();
  return inputs.map(({ runId }) => {
    const customer = locked.get(runId);
    if (!customer || seen.has(customer.id)) return null;
    seen.add(customer.id);
    return customer;
  });
}

/** Of orders that are looked at together all have the same settings of the shop: they are read once. */
function shopSettingsOnce(): (stored: unknown) => ShopSettings {
  let last: { text: string; settings: ShopSettings } | null = null;
  return (stored) => {
    const text = JSON.stringify(stored ?? null);
    if (last?.text !== text) last = { text, settings: readShopSettings(stored) };
    return last.settings;
  };
}

function lookOf(of: Omit<Look, 'deliveryId' | 'facts' | 'data' | 'unsubscribeUrl'>): Look {
  const { parts, message, input, row, customerId, addressHash } = of;
  const enriched = withCartWords(input.data, row.cartLines);
  const facts = factsOf(parts, { ...of, data: enriched });
  const data = relevantData(enriched, facts.relevance);
  const deliveryId = row.delivery?.id ?? newId(parts.clock);
  const leaving = { customerId, deliveryId, channel: input.channel, addressHash };
  return { ...of, deliveryId, facts, data, unsubscribeUrl: once(() => wayOutOf(parts, message, leaving)) };
}

/** What the message says to this customer, or what it lacks. */
export async function renderFor(look: Look): Promise<Wording | { missing: string }> {
  const { tx, parts, message, input, row, customerId, data } = look;
  const deliveryId = row.delivery?.id ?? null;
  const known = [row.delivery, ...row.siblings].filter((one) => one !== null).map(({ id }) => id);
  const stock = await takeStock(tx, message, {
    ...{ customerIds: [customerId], named: namedIn(data), most: 1 },
    deliveryIds: known,
  });
  // One message by several channels is one offer, with one code: two would be two discounts for one customer.
  const coded = known.find((id) => stock.kept.has(id)) ?? deliveryId;
  const found = extrasFor(message, stock, { deliveryId: coded, customerId, traits: row.traits });
  if ('missing' in found) return found;
  const variant = variantFor(message, row.settings, { ...row, variant: drawnVariant(row) });
  const shopZone = look.shop.timezone;
  const reviewed = message.reviews ? withReviews(data, await look.reviewed()) : data;
  const said = { ...reviewed, ...found.extras, unsubscribeUrl: look.unsubscribeUrl() };
  const asked = { message, channel: input.channel, variant, data: said };
  const rendered = await renderedFor(parts, asked, { ...row, shopZone });
  return 'missing' in rendered ? rendered : { ...rendered, variant, code: found.code };
}

/** What this delivery says, or the same message on another channel. */
function drawnVariant({ delivery, siblings }: GateRow): string | null {
  return delivery?.variant ?? siblings[0]?.variant ?? null;
}

function factsOf(
  parts: GateParts,
  look: Pick<Look, 'message' | 'input' | 'customerId' | 'now' | 'row' | 'data' | 'shop'>,
): GateFacts {
  const { message, input, now, row, shop } = look;
  return {
    now: now.getTime(),
    channel: input.channel,
    purpose: message.purpose,
    topic: message.topic ?? '',
    run: { state: row.runState, outcome: row.outcome, closedAt: row.closedAt, openedAt: row.openedAt },
    journey: journeyOf(parts.definitions, row),
    shop,
    paused: {
      sending: pausedSince(row.settings[sendingScope]),
      journey: pausedSince(row.settings[journeyScope(row.name)]),
      channel: pausedSince(row.settings[channelScope(input.channel)]),
    },
    releaseAt: releasedAt(parts.clock, row, { channel: input.channel, now }),
    erased: row.erased,
    behind: row.behind,
    address: reachedAt(parts, input.channel, { ...row, customerId: look.customerId }),
    consent: row.consent,
    suppressions: row.suppressions,
    ...{ relevance: relevanceOf(message, look, row), wishes: wishesIn(row.traits) },
    ...{ counted: row.counted, claims: row.claims, priority: priorityOf(message) },
    sibling: row.siblings[0] ?? null,
    deferFor: typeof message.overCap === 'object' ? message.overCap.deferFor : null,
    overCapSince: overCapSince(row.delivery?.verdicts ?? []),
    ...{ zone: likeliestZone(row, shop), lawful: lawfulFor(row, input.channel, shop) },
    quiet: quietFor(message, { now, channel: input.channel, shop, traits: row.traits }),
    worthFor: message.expires ?? null,
    dueAt: row.delivery?.verdicts[0] ? Date.parse(row.delivery.verdicts[0].at) : null,
    missing: null,
    armKey: row.armKey,
  };
}

/** When the gate first found it to be over a cap. */
function overCapSince(verdicts: readonly Verdict[]): number | null {
  const first = verdicts.find(({ state, reason }) => state === 'waiting' && reason === 'capped');
  return first ? Date.parse(first.at) : null;
}

/** When it is the turn of a delivery that waited for a pause. */
function releasedAt(
  clock: Clock,
  { delivery, settings, name }: GateRow,
  { channel, now }: { channel: Channel; now: Date },
): number | null {
  if (!delivery) return null;
  const resumed = [sendingScope, journeyScope(name), channelScope(channel)].map((scope) =>
    resumedOf(settings[scope]),
  );
  return releaseOf({ ...delivery, resumed, now: now.getTime(), speed: clock.scale.speed });
}

/** The version the run is on, else any of its name: cap and holdout belong to the name. Another worker may know more. */
function journeyOf(definitions: readonly JourneyDefinition[], run: GateRow): JourneyDefinition {
  const named = definitions.filter((definition) => definition.name === run.name);
  const found = named.find((definition) => definition.version === run.version) ?? named[0];
  if (found) return found;
  throw new Error(`This worker knows no journey ${run.name}: deploy its code, or close the run ${run.name}.`);
}

/** How far back caps look: the shop's, and for runs of journeys whose own look further those. */
function countedBy(definitions: readonly JourneyDefinition[], now: Date): GateQuestion['counted'] {
  const shopMs = spanMs(longestShopCap);
  const longer = definitions.filter(({ cap }) => windowMs(cap.within) > shopMs);
  const longestMs = Math.max(shopMs, ...longer.map(({ cap }) => windowMs(cap.within)));
  const before = (ms: number) => new Date(now.getTime() - ms);
  return {
    since: before(shopMs),
    longer: { journeys: [...new Set(longer.map(({ name }) => name))], since: before(longestMs) },
  };
}
