import { ApplicationFailure } from '@temporalio/common';
import type { TransactionSql } from 'postgres';
import { knownPrices } from '../src/db/queries/known-prices.ts';
import { pageFacts, lockCustomersById, type PageRow } from '../src/db/queries/page-facts.ts';
import { productWords, type ProductWords } from '../src/db/queries/product-words.ts';
import { closeMergedEntries, closeToldEntries } from '../src/db/queries/waiting-entries.ts';
import { watchRun, type WatchRunRow } from '../src/db/queries/watch-run.ts';
import { storedOverrides } from '../src/define/journey-settings.ts';
import { priorityOf, type MessageType } from '../src/define/message.ts';
import { substituteRule } from '../src/define/watch-substitutes.ts';
import { lineServedBy, type WatchDefinition } from '../src/define/watch.ts';
import { addressHashes, hashAmong, type AddressHashes } from '../src/domain/address-hash.ts';
import { longestShopCap } from '../src/domain/caps.ts';
import type { GateFacts } from '../src/domain/gate.ts';
import type { About } from '../src/domain/about.ts';
import type { Relevance } from '../src/domain/relevance.ts';
import type { PriceForCustomer } from '../src/domain/price-drop.ts';
import { pausedSince } from '../src/domain/pause.ts';
import { channelScope, journeyScope, sendingScope, shopScope } from '../src/domain/setting-scopes.ts';
import { spanMs } from '../src/domain/span.ts';
import type { SubstituteRule } from '../src/domain/substitutes.ts';
import type { Channel } from '../src/domain/task-queues.ts';
import { wishesIn } from '../src/domain/wishes.ts';
import { readShopSettings, type ShopSettings } from '../src/shop-settings.ts';
import { newId } from '../src/ids.ts';
import { saysUnsubscribe, wayOutOf, type Leaving } from './way-out.ts';
import type { Outbound, OutboundAbout } from './channels/channel.ts';
import type { PageInput } from './contract.ts';
import { lawfulFor, likeliestZone, quietFor, reachedAt, renderedFor } from './addressee.ts';
import type { GateParts } from './gate-look.ts';
import { priceLook, priceWords, type PriceLook } from './price-look.ts';
import { standingOf, type Standing } from './standing.ts';
import { rivalOf, toldTogether, withRivals } from './rivals.ts';
import { relevanceOf, relevanceQuestion } from './relevance.ts';
import { extrasFor, namedIn, takeStock, variantFor, type Wording, type WordingStock } from './wording.ts';

/** What the gate works with for pages of watches. */
export interface PageParts extends Omit<GateParts, 'definitions' | 'sizes'> {
  /** Every version that may have open runs. */
  watches: readonly WatchDefinition[];
  /** The shop's, of prices that came without one; USD unless told. */
  currency?: string;
  /** Told when some who were decided on turn to the message's next channel. */
  onTurned?: () => void;
}

/** One look of the gate at a page: what all its customers have in common. */
export interface PageLook {
  tx: TransactionSql;
  parts: PageParts;
  input: PageInput;
  message: MessageType<unknown>;
  run: WatchRunRow;
  watch: WatchDefinition;
  /** As operators have set it. */
  wave: WatchDefinition['wave'];
  /** How what woke the watch stands. */
  standing: Standing;
  shop: ShopSettings;
  /** Of a watch by price; else null. */
  price: PriceLook | null;
  /** The last price that each of its customers knows, where it is by price. */
  known: Map<string, NonNullable<PriceForCustomer['known']>>;
  /**
   * What templates see beside the message's data: of a watch on a sku its product, also as the first of those that are
   * told of together; of an event its data.
   */
  seen: { product?: ProductWords; products?: ProductWords[]; event?: Record<string, unknown> };
  /** Other products that its customers may be told of too: it has their locks. */
  others: readonly string[];
  /** The ids of deliveries, also of those that there will be, by entry. */
  ids: Map<string, string>;
  /** Of its customers. */
  hashes: ReadonlyMap<string, AddressHashes>;
  /** What was made for a row once, and is asked for again. */
  made: { relevance: WeakMap<PageRow, Relevance>; wayOut: WeakMap<PageRow, string> };
}

/** Looks at a run of a watch, its shelf and its settings. */
export async function takePageLook(
  tx: TransactionSql,
  parts: PageParts,
  message: MessageType<unknown>,
  input: PageInput,
): Promise<PageLook> {
  const { channels, name } = message;
  const run = await watchRun(tx, input.runId, { message: name, channels });
  if (!run) throw notFound(`There is no run ${input.runId} of a watch in this database.`);
  const watch = watchOf(parts.watches, run);
  const now = new Date(Math.max(parts.clock.now().getTime(), input.askedAt));
  const standing = await standingOf(tx, { watch, run, runId: input.runId, now });
  const price = await priceLook(tx, { watch, run, now });
  return {
    ...{ tx, parts, input, message, run, watch, standing, price, known: new Map() },
    wave: waveSettings(watch, run),
    shop: readShopSettings(run.settings[shopScope]),
    seen: await seenOf(tx, { run, watch, standing, price }),
    others: [],
    ...{ ids: new Map(), hashes: new Map() },
    made: { relevance: new WeakMap(), wayOut: new WeakMap() },
  };
}

async function seenOf(
  tx: TransactionSql,
  { run, watch, standing, price }: Pick<PageLook, 'run' | 'watch' | 'standing' | 'price'>,
): Promise<PageLook['seen']> {
  const event = standing.data && { ...standing.data, [watch.subject]: run.subject };
  // What the catalogue says may be older than the price that it is about.
  const costs = price?.now ? { priceMinor: price.now.minor, currency: price.now.currency } : {};
  const product = watch.subject === 'sku' ? { ...(await productWords(tx, run.subject)), ...costs } : null;
  return { ...(product ? { product, products: [product] } : {}), ...(event ? { event } : {}) };
}

/** Since when an operator has paused all sending, this watch, or a channel. */
export function pausedOn({ run }: PageLook, channel: Channel): GateFacts['paused'] {
  return {
    sending: pausedSince(run.settings[sendingScope]),
    journey: pausedSince(run.settings[journeyScope(run.name)]),
    channel: pausedSince(run.settings[channelScope(channel)]),
  };
}

/** The version the run is on, else any of its name. Another worker may know more. */
export function watchOf(
  watches: readonly WatchDefinition[],
  run: Pick<WatchRunRow, 'name' | 'version'>,
): WatchDefinition {
  const named = watches.filter(({ name }) => name === run.name);
  const found = named.find(({ version }) => version === run.version) ?? named[0];
  if (found) return found;
  throw new Error(`This worker knows no watch ${run.name}: deploy its code, or close the run ${run.name}.`);
}

/** How many a unit makes and how long a wave is apart, as operators have set it now: it follows at once. */
export function waveSettings(
  watch: WatchDefinition,
  run: Pick<WatchRunRow, 'name' | 'settings'>,
): WatchDefinition['wave'] {
  const set = storedOverrides(watch, run.settings[journeyScope(run.name)]);
  return { ...watch.wave, ...(set as Partial<WatchDefinition['wave']>) };
}

/**
 * Locks the customers of some entries and collects what the gate looks at. An entry that became another customer's
 * before they were locked is looked at from the beginning.
 */
export async function lookAtEntries(
  look: PageLook,
  entries: readonly { id: string; customerId: string }[],
): Promise<{ now: Date; rows: PageRow[] }> {
  const { tx, parts, input, message } = look;
  const locked = new Set(entries.map(({ customerId }) => customerId));
  const customers = await lockCustomersById(tx, [...locked]);
  // After the lock: who waited for it judges by the time at which they got it.
  const now = new Date(Math.max(parts.clock.now().getTime(), input.askedAt));
  const countedSince = new Date(now.getTime() - spanMs(longestShopCap));
  const entryIds = entries.map(({ id }) => id);
  if (customers.some(({ isMerged }) => isMerged)) await closeMergedEntries(tx, entryIds, now);
  if (look.watch.audience) await closeToldEntries(tx, { runId: input.runId, ids: entryIds, at: now });
  const { name, channels, topic = '' } = message;
  const addresses = customers.map((customer) => ({
    customerId: customer.id,
    ...addressHashes(customer, parts.secret),
  }));
  look.hashes = new Map(addresses.map((hashes) => [hashes.customerId, hashes]));
  const segments = (message.segments ?? []).map((segment) => segment.name);
  const asked = { message: name, channels, topic, segments, varies: message.variants !== undefined };
  const relevance = relevanceQuestion(message, pageData(look), aboutSubject(look));
  const substitutes = substitutesFor(look);
  const whom = { entryIds, customerIds: [...locked], addresses, relevance, substitutes };
  const rows = await pageFacts(tx, { ...whom, countedSince, at: now, ...asked });
  await learnPrices(look, [...locked], now);
  if (rows.every(({ customerId }) => locked.has(customerId)))
    return { now, rows: await withRivals(look, rows, { now, substitutes }) };
  throw ApplicationFailure.retryable('A customer of the page became another: it looks again.', 'moved');
}

/** What serves as well as the product, as operators have set it now. */
function substitutesFor({ watch, run }: PageLook): SubstituteRule {
  return substituteRule(watch.waiting ?? {}, storedOverrides(watch, run.settings[journeyScope(run.name)]));
}

/** What the customers of a page know it to cost now: they may have looked again since they were gathered. */
async function learnPrices(look: PageLook, customerIds: readonly string[], at: Date): Promise<void> {
  const { tx, parts, price, watch, run } = look;
  if (price === null) return;
  const line = { list: lineServedBy(watch), subject: run.subject };
  look.known = await knownPrices(tx, { ...line, customerIds, shopCurrency: parts.currency ?? 'USD', at });
}

/** What the price is to one of them; null: it is not about a price. */
function priceFor({ price, known }: PageLook, { customerId }: PageRow): PriceForCustomer | null {
  return price && { now: price.now, known: known.get(customerId) ?? null, rule: price.rule };
}

/** What templates see; in a message to somebody in particular of all products that it tells of. */
function pageData(look: PageLook, row?: PageRow): Record<string, unknown> {
  const { input, seen } = look;
  const together = toldTogether(look, row).map(({ product }) => product);
  // Who is told of the same sees the very same data: their words are made once.
  const products = together.length > 0 ? { products: [seen.product, ...together] } : {};
  return { ...input.data, ...seen, ...products };
}

/** What a watch's message is about if it does not say: its product. Whom anything else concerns its audience says. */
function aboutSubject({ run, watch }: PageLook): About | null {
  return watch.subject === 'sku' ? { sku: run.subject } : null;
}

/** What the gate judges one of them by on a channel; as long as nothing was rendered, nothing is missing. */
export function factsFor(look: PageLook, row: PageRow, now: Date, channel = look.input.channel): GateFacts {
  const { message, run, watch, shop } = look;
  const paused = pausedOn(look, channel);
  const { state, outcome, closedAt, openedAt } = run;
  const { erased, behind, consents, counted, claims, armKey } = row;
  // One literal: put together from several it takes many times as long, and this is asked of each for each channel.
  return {
    now: now.getTime(),
    channel,
    purpose: message.purpose,
    topic: message.topic ?? '',
    run: { state, outcome, closedAt, openedAt },
    journey: { name: watch.name, cap: null, holdout: watch.holdout, lasts: null },
    counted,
    claims,
    priority: priorityOf(message),
    deferFor: null,
    overCapSince: null,
    zone: likeliestZone(row, shop),
    lawful: lawfulFor(row, channel, shop),
    wishes: wishesIn(row.traits),
    quiet: quietFor(message, { now, channel, shop, traits: row.traits }),
    worthFor: null,
    dueAt: null,
    shop,
    paused,
    erased,
    behind,
    suppressions: row.suppressions[channel] ?? [],
    armKey,
    consent: consents[channel] ?? null,
    rival: rivalOf(look, row, now),
    missing: null,
    relevance: relevanceFor(look, row),
    address: reachedAt(look.parts, channel, row),
  };
}

/** The same on every channel. */
function relevanceFor(look: PageLook, row: PageRow): Relevance {
  const known = look.made.relevance.get(row);
  if (known) return known;
  const of = { data: pageData(look), otherwise: aboutSubject(look) };
  const made = relevanceOf(look.message, of, { ...row, price: priceFor(look, row) });
  look.made.relevance.set(row, made);
  return made;
}

/** What goes to the provider beside the words. */
export function besideWords(
  look: PageLook,
  row: PageRow,
): { about: OutboundAbout } & Pick<Outbound, 'unsubscribeUrl'> {
  const { message, input } = look;
  const { name, purpose } = message;
  const about = { message: name, purpose, customerId: row.customerId, data: input.data };
  const isSaid = saysUnsubscribe(message, input);
  return { about, ...(isSaid ? { unsubscribeUrl: wayOutFor(look, row) } : {}) };
}

/** The id of an entry's delivery, also before there is one. */
export function deliveryIdOf({ ids, parts }: PageLook, { deliveryId, entryId }: PageRow): string {
  const id = deliveryId ?? ids.get(entryId) ?? newId(parts.clock);
  ids.set(entryId, id);
  return id;
}

/** The page on which its reader says what they want no more of. */
function wayOutFor(look: PageLook, row: PageRow): string {
  const { parts, message, made } = look;
  const url = made.wayOut.get(row) ?? wayOutOf(parts, message, leavingOf(look, row));
  made.wayOut.set(row, url);
  return url;
}

/** Which delivery it is that its reader may want no more of. */
function leavingOf(look: PageLook, row: PageRow): Leaving {
  const { parts, input, hashes } = look;
  const { customerId } = row;
  const { channel } = input;
  const of = { customerId, deliveryId: deliveryIdOf(look, row), channel };
  const known = hashes.get(customerId);
  if (known) return { ...of, addressHash: hashAmong(channel, known) };
  return { ...of, address: reachedAt(parts, channel, row) };
}

/** What the message says to a customer, or what it lacks. */
export async function renderForEntry(
  look: PageLook,
  row: PageRow,
  stock: WordingStock,
): Promise<Wording | { missing: string }> {
  const { parts, message, input, run, shop } = look;
  const found = extrasFor(message, stock, row);
  if ('missing' in found) return found;
  const variant = variantFor(message, run.settings, row);
  const unsubscribeUrl = wayOutFor(look, row);
  const price = priceFor(look, row);
  const data = {
    ...{ ...pageData(look, row), ...found.extras, unsubscribeUrl },
    ...(price ? { price: priceWords(price) } : {}),
  };
  const asked = { message, channel: input.channel, variant, data };
  const rendered = await renderedFor(parts, asked, { ...row, shopZone: shop.timezone });
  return 'missing' in rendered ? rendered : { ...rendered, variant, code: found.code };
}

/** What the messages to some entries are made of beside. @param most how many codes are wanted at most. */
export async function takePageStock(
  look: PageLook,
  rows: readonly PageRow[],
  most: number,
): Promise<WordingStock> {
  const { tx, message } = look;
  return takeStock(tx, message, {
    deliveryIds: rows.map(({ deliveryId }) => deliveryId).filter((id) => id !== null),
    customerIds: rows.map(({ customerId }) => customerId),
    named: namedIn(pageData(look)),
    most,
  });
}

export function notFound(sentence: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(sentence, 'not-found');
}
