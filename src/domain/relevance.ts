/**
 * Whether a message still has a point for a customer, at would-send.
 *
 * - An open request for help withholds offers.
 * - What a message is only sent `while` has to hold.
 * - Of the products that it is about, those that are sold out, bought or delivered go; when none is left, so does the
 *   message. An offer asks that of its products whether or not it says so; what lies in a cart may be wanted once more,
 *   though some of it was delivered.
 * - What is about a price has to be a drop from the one that the customer knows.
 * - Who has said what they avoid gets neither help nor offers about it.
 * - Who has said what interests them gets no offer about anything else. What lies in their own cart is no contrary of
 *   what they said.
 */
import { plainWord } from './plain-word.ts';
import type { About, ProductCondition } from './about.ts';
import type { CartLine } from './cart.ts';
import type { Purpose } from './delivery.ts';
import type { NamedProduct } from './sku-of.ts';
import { faultOfPrice, type PriceForCustomer } from './price-drop.ts';
import type { Span } from './span.ts';

/** How long a request for help that nobody resolves counts as open. */
export const longestHelpRequest: Span = '30 days';

/** A product that a message is about, as things are. Times in epoch milliseconds. */
export interface ProductState extends NamedProduct {
  /** On all shelves; null: never reported, which is not sold out. */
  units: number | null;
  category: string | null;
  /** When it was last ordered since the run began; null: not since. */
  boughtAt: number | null;
  deliveredAt: number | null;
}

/** One of the items among a message's data. */
export interface Item extends NamedProduct {
  /** What makes it a line of a cart. */
  line: string | null;
}

/** What relevance looks at. */
export interface Relevance {
  about: About | null;
  conditions: readonly ProductCondition[];
  /** The message's, if it is about them. */
  items: readonly Item[];
  /** The lines of the run's cart now; a watch's run has none. */
  cart: readonly Pick<CartLine, 'line' | 'addedAt'>[];
  products: readonly ProductState[];
  /** What has to hold of the customer, in words, and whether it does. */
  while: readonly { words: string; holds: boolean }[];
  /** What the price of a watch's product is to the customer; absent or null: the message is not about a price. */
  price?: PriceForCustomer | null;
  /** Since when a request for help has been open; null: there is none. */
  helpSince: number | null;
  /** When the order that the run is about was delivered; null: it was not, or the run is about none. */
  orderDeliveredAt: number | null;
  /** What the customer has said that interests them; empty: nothing. */
  interests: readonly string[];
  /** What they have said that they want to hear nothing of. */
  avoids?: readonly string[];
}

/** A message that is about nothing in particular, and asks nothing. */
export const aboutNothing: Relevance = {
  ...{ about: null, conditions: [], items: [], cart: [], products: [], while: [] },
  ...{ helpSince: null, orderDeliveredAt: null, interests: [] },
};

/** What a message asks of its products. */
export function conditionsOf(
  { purpose, about }: { purpose: Purpose; about: About | null },
  said: readonly ProductCondition[],
): readonly ProductCondition[] {
  if (purpose !== 'offer') return said;
  return about === 'items'
    ? ['in-stock', 'not-bought', ...said]
    : ['in-stock', 'not-bought', 'not-delivered'];
}

/** Why a message has no point, in words for an operator; null: it has. */
export function irrelevance(relevance: Relevance, purpose: Purpose): string | null {
  const { helpSince } = relevance;
  if (purpose === 'offer' && helpSince !== null)
    return `the customer asked for help at ${iso(helpSince)}, and that is still open`;
  const broken = relevance.while.find(({ holds }) => !holds);
  if (broken) return `it is for who ${broken.words}, and the customer is not one of them`;
  const delivered = relevance.orderDeliveredAt;
  if (relevance.conditions.includes('not-delivered') && delivered !== null)
    return `the order that it is about was delivered at ${iso(delivered)}`;
  const gone = goneOf(relevance) ?? (relevance.price ? faultOfPrice(relevance.price) : null);
  if (gone !== null || purpose === 'transactional') return gone;
  return avoidedIn(relevance) ?? (purpose === 'offer' ? contraryOf(relevance) : null);
}

/** A message's data without those of its items that have no point any more. The items are those it was judged by. */
export function relevantData(
  data: Readonly<Record<string, unknown>>,
  relevance: Relevance,
): Record<string, unknown> {
  const { items } = data;
  if (relevance.about !== 'items' || !Array.isArray(items)) return { ...data };
  const gone = relevance.items.map((item) => faultOfItem(item, relevance) !== null);
  return { ...data, items: items.filter((_, place) => gone[place] !== true) };
}

/** The products that the items of a message's data name, as far as they do. */
export function itemsIn(items: unknown): Item[] {
  return (Array.isArray(items) ? (items as unknown[]) : []).map((item) => {
    const { line, sku, productId } = { ...(item as Record<string, unknown> | null) };
    return { line: textOf(line), sku: textOf(sku), productId: textOf(productId) };
  });
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Of several products the fault of the first, when there is none without. */
function goneOf(relevance: Relevance): string | null {
  const { about, items, products } = relevance;
  const faults =
    about === 'items'
      ? items.map((item) => faultOfItem(item, relevance))
      : products.map((product) => faultOf(product, relevance));
  if (faults.length === 0 || faults.includes(null)) return null;
  const rest = faults.length > 1 ? `, and so on with all ${faults.length} products that it is about` : '';
  return `${faults[0]}${rest}`;
}

function faultOfItem(item: Item, relevance: Relevance): string | null {
  const { conditions, cart, products } = relevance;
  const line = cart.find((one) => one.line === item.line);
  if (conditions.includes('in-cart') && !line)
    return `${item.sku ?? item.productId ?? 'what it is about'} is in the cart no longer`;
  const bySku = products.find(({ sku }) => sku !== null && sku === item.sku);
  const product = bySku ?? products.find((one) => one.sku === null && one.productId === item.productId);
  if (!product) return null;
  // Who bought it and put it into the cart again wants one more.
  const isWantedAgain = line !== undefined && product.boughtAt !== null && line.addedAt > product.boughtAt;
  return faultOf(isWantedAgain ? { ...product, boughtAt: null } : product, relevance);
}

function faultOf(product: ProductState, { conditions }: Relevance): string | null {
  const name = product.sku ?? product.productId;
  if (name === null) return null;
  if (conditions.includes('not-delivered') && product.deliveredAt !== null)
    return `${name} was delivered at ${iso(product.deliveredAt)}`;
  if (conditions.includes('not-bought') && product.boughtAt !== null)
    return `${name} was bought at ${iso(product.boughtAt)}`;
  if (conditions.includes('in-stock') && product.units === 0) return `${name} is sold out`;
  return null;
}

function avoidedIn({ about, avoids = [], products }: Relevance): string | null {
  if (about === null || about === 'items' || avoids.length === 0) return null;
  const avoided = avoidedAmong(avoids, namesOf(about, products));
  return avoided === undefined
    ? null
    : `it is about ${avoided}, of which the customer has said that they want to hear nothing`;
}

/** The first of some products, categories and topics that is among what a customer avoids; undefined: none is. */
export function avoidedAmong(avoids: readonly string[], names: readonly string[]): string | undefined {
  if (avoids.length === 0) return undefined;
  const said = avoids.map(plainWord);
  return names.find((name) => said.includes(plainWord(name)));
}

function contraryOf({ about, interests, products }: Relevance): string | null {
  if (about === null || about === 'items' || interests.length === 0) return null;
  const names = namesOf(about, products);
  const said = interests.map(plainWord);
  if (names.some((name) => said.includes(plainWord(name)))) return null;
  return `it is about ${names.join(' in ')}, and the customer has said that other things interest them`;
}

function namesOf(about: Exclude<About, 'items'>, [product]: readonly ProductState[]): string[] {
  if ('category' in about) return [about.category];
  if ('topic' in about) return [about.topic];
  return [about.sku, ...(product?.category ? [product.category] : [])];
}

const iso = (ms: number) => new Date(ms).toISOString();
