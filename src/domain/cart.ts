import { createHash } from 'node:crypto';
import { cutText } from './cut-text.ts';
import { currencyFrom, toMinor } from './money.ts';

/** A line of a cart. Money in minor units; null where the event did not say. */
export interface CartLine {
  /** What makes it one line: the sku, else the product id, else its name; with the variant if there is one. No words. */
  line: string;
  sku: string | null;
  productId: string | null;
  variant: string | null;
  title: string | null;
  url: string | null;
  imageUrl: string | null;
  quantity: number;
  priceMinor: number | null;
  currency: string | null;
  /** When it was last added to, epoch milliseconds. */
  addedAt: number;
}

/** A cart as routing keeps it. Times in epoch milliseconds of Kairos's time. */
export interface Cart {
  lines: CartLine[];
  lastActivityAt: number;
  /** The last time an order emptied it: what was added before then does not come back. */
  emptiedAt: number | null;
}

/** At most so many lines are kept in a cart; the oldest go first. */
export const maxCartLines = 200;

export const emptyCart = (at: number): Cart => ({ lines: [], lastActivityAt: at, emptiedAt: null });

/** The events that change a cart, and what an order does to it. */
export function applyToCart(
  cart: Cart,
  event: { name: string; at: number; properties: Record<string, unknown> },
  shopCurrency: string,
): Cart {
  const lastActivityAt = Math.max(cart.lastActivityAt, event.at);
  const late = cart.emptiedAt !== null && event.at <= cart.emptiedAt;
  switch (event.name) {
    case 'Order Completed':
      return {
        lines: cart.lines.filter((line) => line.addedAt > event.at),
        lastActivityAt,
        emptiedAt: Math.max(cart.emptiedAt ?? 0, event.at),
      };
    case 'Product Added':
      return late ? cart : { ...cart, lastActivityAt, lines: added(cart.lines, event, shopCurrency) };
    case 'Product Removed':
      return late ? cart : { ...cart, lastActivityAt, lines: removed(cart.lines, event.properties) };
    case 'Cart Viewed':
    case 'Checkout Started':
      return late ? cart : { ...cart, lastActivityAt, lines: stated(cart, event, shopCurrency) };
    default:
      return cart;
  }
}

/** The events that `applyToCart` knows. */
export const cartEvents: readonly string[] = [
  'Product Added',
  'Product Removed',
  'Cart Viewed',
  'Checkout Started',
  'Order Completed',
];

type Addition = { at: number; properties: Record<string, unknown> };

function added(lines: CartLine[], event: Addition, shopCurrency: string): CartLine[] {
  const line = lineOf(event.properties, event.at, shopCurrency);
  if (!line) return lines;
  const before = lines.find((other) => other.line === line.line);
  const rest = lines.filter((other) => other.line !== line.line);
  const quantity = line.quantity + (before?.quantity ?? 0);
  return [...rest, { ...line, quantity }].slice(-maxCartLines);
}

/** A removal without a quantity takes the whole line. */
function removed(lines: CartLine[], properties: Record<string, unknown>): CartLine[] {
  const name = lineName(properties);
  const quantity = quantityOf(properties['quantity'], Infinity);
  return lines.flatMap((line) => {
    if (line.line !== name) return [line];
    return line.quantity > quantity ? [{ ...line, quantity: line.quantity - quantity }] : [];
  });
}

/**
 * A list of products states the whole cart; without one the event is only a sign of life. So is a list older than
 * what is known: taken as the cart of now, it would undo what was added since.
 */
function stated({ lines, lastActivityAt }: Cart, event: Addition, shopCurrency: string): CartLine[] {
  const products = event.properties['products'];
  if (!Array.isArray(products) || event.at < lastActivityAt) return lines;
  const currency = event.properties['currency'];
  return products
    .filter((product): product is Record<string, unknown> => typeof product === 'object' && product !== null)
    .reduce<CartLine[]>(
      (all, product) => added(all, { at: event.at, properties: { currency, ...product } }, shopCurrency),
      [],
    );
}

function lineOf(properties: Record<string, unknown>, at: number, shopCurrency: string): CartLine | null {
  const line = lineName(properties);
  if (line === null) return null;
  const currency = currencyFrom(properties['currency'], shopCurrency);
  const priceMinor = toMinor(properties['price'], currency);
  return {
    line,
    sku: text(properties['sku']),
    productId: text(properties['product_id']),
    variant: text(properties['variant']),
    title: text(properties['name']),
    url: webAddress(properties['url']),
    imageUrl: webAddress(properties['image_url']),
    quantity: quantityOf(properties['quantity'], 1),
    priceMinor,
    currency: priceMinor === null ? null : currency,
    addedAt: at,
  };
}

/**
 * What makes it one line, as it may stand in a history: a plain id as it is, anything with words in it (a variant, a
 * name where there is no id) as its hash.
 */
function lineName(properties: Record<string, unknown>): string | null {
  const id = text(properties['sku']) ?? text(properties['product_id']);
  const variant = text(properties['variant']);
  const name = id ?? text(properties['name']);
  if (name === null) return null;
  if (id !== null && variant === null && /^[A-Za-z0-9._-]{1,64}$/.test(id)) return id;
  return `~${createHash('sha256')
    .update(JSON.stringify([name, variant]))
    .digest('base64url')
    .slice(0, 22)}`;
}

function quantityOf(value: unknown, otherwise: number): number {
  const quantity = Number(value);
  return value !== null && value !== '' && Number.isInteger(quantity) && quantity > 0 && quantity < 1e6
    ? quantity
    : otherwise;
}

function text(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? cutText(value, 500) : null;
}

/** Only http(s): what a write key can send must not become a script in somebody's mail. */
function webAddress(value: unknown): string | null {
  const address = text(value);
  return address !== null && /^https?:\/\//i.test(address) ? address : null;
}

/**
 * The cart of two customers who became one: every line of both, of one line the one added to last. What an order of the
 * one emptied does not come back from the other.
 */
export function mergeCarts(into: Cart, from: Cart): Cart {
  const lines = new Map(into.lines.map((line) => [line.line, line]));
  for (const line of from.lines) {
    const present = lines.get(line.line);
    if (!present || line.addedAt > present.addedAt) lines.set(line.line, line);
  }
  const emptiedAt = Math.max(into.emptiedAt ?? -Infinity, from.emptiedAt ?? -Infinity);
  return {
    lines: [...lines.values()].filter((line) => line.addedAt > emptiedAt).slice(-maxCartLines),
    lastActivityAt: Math.max(into.lastActivityAt, from.lastActivityAt),
    emptiedAt: emptiedAt === -Infinity ? null : emptiedAt,
  };
}
