import type { TransactionSql } from 'postgres';
import { assignCodes, codesOf, type AssignedCode, lockFreeCodes } from '../src/db/queries/codes.ts';
import {
  boughtOf,
  recommendedProducts,
  type NamedProducts,
  type RecommendedProduct,
} from '../src/db/queries/recommended-products.ts';
import type { Trait } from '../src/db/schema/customers.ts';
import type { MessageType } from '../src/define/message.ts';
import { avoidedAmong } from '../src/domain/relevance.ts';
import { messageScope } from '../src/domain/setting-scopes.ts';
import { variantOf } from '../src/domain/variant.ts';
import { textsIn } from '../src/domain/wishes.ts';
import { messageSettings } from '../src/message-settings.ts';
import type { ChannelContent } from './channels/channel.ts';

/**
 * What messages are made of beside their data and the customers' own facts, read once for all whom one transaction is
 * about, and only for messages that declare that they want it.
 */
export interface WordingStock {
  /** Codes that deliveries have already, by delivery: whoever is asked again gets the same. */
  kept: ReadonlyMap<string, string>;
  /** Locked for this transaction and not given to anybody; the first goes first. */
  free: string[];
  recommended: readonly RecommendedProduct[];
  bought: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Whether a message wants any of it. */
export function takesStock({ codes, recommendations }: MessageType<unknown>): boolean {
  return codes !== undefined || recommendations !== undefined;
}

/** Reads it. @param most how many would-sends there may be at most: so many codes are locked. */
export async function takeStock(
  tx: TransactionSql,
  message: MessageType<unknown>,
  of: { deliveryIds: readonly string[]; customerIds: readonly string[]; named: NamedProducts; most: number },
): Promise<WordingStock> {
  const stock: WordingStock = { kept: new Map(), free: [], recommended: [], bought: new Map() };
  if (message.codes !== undefined) {
    if (of.deliveryIds.length > 0) stock.kept = await codesOf(tx, of.deliveryIds);
    if (of.most > 0) stock.free = await lockFreeCodes(tx, message.codes, of.most);
  }
  if (message.recommendations !== undefined && of.customerIds.length > 0) {
    stock.recommended = await recommendedProducts(tx, of.named);
    const skus = stock.recommended.map(({ sku }) => sku);
    if (skus.length > 0) stock.bought = await boughtOf(tx, of.customerIds, skus);
  }
  return stock;
}

/** What a message says to a customer at would-send, and what of it is kept with the delivery. */
export interface Wording {
  content: ChannelContent;
  variant: string | null;
  /** Null: the message wants none. */
  code: string | null;
}

/** Keeps the codes that go out with deliveries, in the transaction that locked them. */
export async function keepCodes(
  tx: TransactionSql,
  { codes: pool }: MessageType<unknown>,
  { assigned, at }: { assigned: readonly AssignedCode[]; at: Date },
): Promise<void> {
  if (pool !== undefined) await assignCodes(tx, { pool, assigned, at });
}

/** Whose words they are, and in which delivery; null: there is none yet. */
interface WordedFor {
  deliveryId: string | null;
  customerId: string;
  traits: Readonly<Record<string, Trait>>;
}

/** What the templates of a message see beside its data, or what is missing. */
export function extrasFor(
  message: MessageType<unknown>,
  stock: WordingStock,
  { deliveryId, customerId, traits }: WordedFor,
): { extras: Record<string, unknown>; code: string | null } | { missing: string } {
  const code = stock.kept.get(deliveryId ?? '') ?? stock.free[0] ?? null;
  // Both arms are asked: an empty pool withholds those that would be held out as well.
  if (message.codes !== undefined && code === null) return { missing: `a code of the pool ${message.codes}` };
  const bought = stock.bought.get(customerId);
  const avoids = textsIn(traits['avoids']);
  const recommendations = stock.recommended
    .filter(({ sku, category }) => !bought?.has(sku) && !avoidedAmong(avoids, [sku, category ?? '']))
    .slice(0, message.recommendations ?? 0);
  const extras = {
    ...(message.codes === undefined ? {} : { code }),
    ...(message.recommendations === undefined ? {} : { recommendations }),
  };
  return { extras, code };
}

/** The variant of a message for a customer: that of this delivery, else by the rule of `domain/variant.ts`. */
export function variantFor(
  { name, variants }: MessageType<unknown>,
  settings: Readonly<Record<string, Record<string, unknown>>>,
  row: { armKey: string; seenVariant: string | null; variant: string | null },
): string | null {
  if (row.variant !== null) return row.variant;
  const set = messageSettings(settings[messageScope(name)]).weights;
  const { armKey, seenVariant: seen } = row;
  return variantOf({ message: name, declared: variants ?? null, set, armKey, seen });
}

/** The products that a message's data name: its items and its product. */
export function namedIn(data: Readonly<Record<string, unknown>>): NamedProducts {
  const items = Array.isArray(data['items']) ? (data['items'] as unknown[]) : [];
  const named = [...items, data['product']].filter((one) => typeof one === 'object' && one !== null);
  const texts = (field: string) =>
    named
      .map((one) => (one as Record<string, unknown>)[field])
      .filter((value): value is string => typeof value === 'string');
  return { skus: texts('sku'), productIds: texts('productId') };
}

/** The products that the data of any of some messages name, each once. */
export function namedInAll(all: readonly Readonly<Record<string, unknown>>[]): NamedProducts {
  const named = all.map(namedIn);
  return {
    skus: [...new Set(named.flatMap(({ skus }) => skus))],
    productIds: [...new Set(named.flatMap(({ productIds }) => productIds))],
  };
}

/** Whether all of some products are among those named: what the cart knows of an item may name another. */
export function isNamedIn(named: NamedProducts, some: NamedProducts): boolean {
  const [skus, productIds] = [new Set(named.skus), new Set(named.productIds)];
  return some.skus.every((sku) => skus.has(sku)) && some.productIds.every((id) => productIds.has(id));
}
