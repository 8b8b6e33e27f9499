import { z } from 'zod';
import { minorDigits } from '../domain/money.ts';

/** Thrown by a filter that cannot do without a field. */
export class MissingField extends Error {
  readonly field: string;
  constructor(field: string) {
    super(`${field} is not there`);
    this.field = field;
  }
}

/**
 * What templates can do beyond LiquidJS's own filters. They see whole items and customers, so that a template need
 * not know which of their fields are there; what they cannot do without they ask for by name.
 */
export const filters = {
  greeting,
  count_items: countItems,
  first_title: (items: unknown) => lineOf(recordOf(Array.isArray(items) ? items[0] : undefined)['title']),
  item_name: itemName,
  line_price: (item: unknown) => sayMoney(linePrice(item)),
  total,
  web_address: webAddress,
};

/** Mails go out in English, so money is written as English has it. */
const locale = 'en-US';
const longestName = 60;

interface Money {
  minor: number;
  currency: string;
}

/** By the first name if we know one: of traits anything may come, so only what looks like a name is used. */
function greeting(customer: unknown): string {
  const traits = recordOf(customer);
  for (const name of ['firstName', 'first_name']) {
    const given = lineOf(traits[name]);
    if (given !== '' && given.length <= longestName) return `Hello ${given},`;
  }
  return 'Hello,';
}

/** How many lines there are: a message about an empty cart has nothing to say. */
function countItems(items: unknown): number {
  if (Array.isArray(items) && items.length > 0) return items.length;
  throw new MissingField('items');
}

/** What people call it, else what the shop does. */
function itemName(item: unknown): string {
  const fields = recordOf(item);
  for (const field of ['title', 'productId', 'sku', 'line']) {
    const name = lineOf(fields[field]);
    if (name !== '') return name;
  }
  throw new MissingField('items.title');
}

/** What a line comes to; null where its price is not known. */
function linePrice(item: unknown): Money | null {
  const { priceMinor, currency, quantity } = recordOf(item);
  const known = z.object({ priceMinor: z.number(), currency: z.string(), quantity: z.number() });
  const line = known.safeParse({ priceMinor, currency, quantity });
  if (!line.success) return null;
  return { minor: line.data.priceMinor * line.data.quantity, currency: line.data.currency };
}

/** What all lines come to; empty where a price is not known, or where they are in several currencies. */
function total(items: unknown): string {
  const prices = (Array.isArray(items) ? items : []).map(linePrice);
  const currency = prices[0]?.currency;
  if (currency === undefined || prices.some((price) => price?.currency !== currency)) return '';
  return sayMoney({ minor: prices.reduce((sum, price) => sum + price!.minor, 0), currency });
}

function sayMoney(money: Money | null): string {
  if (!money || !/^[A-Z]{3}$/.test(money.currency)) return '';
  const digits = minorDigits(money.currency);
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: money.currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(money.minor / 10 ** digits);
}

/** A field that is an address on the web, else empty: a mail must not carry a script's. */
function webAddress(item: unknown, field: string): string {
  const address = recordOf(item)[field];
  return typeof address === 'string' && /^https?:\/\/[^\s"'<>]+$/i.test(address) ? address : '';
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** A text on one line; empty for what is no text. */
function lineOf(value: unknown): string {
  return typeof value === 'string' ? onOneLine(value) : '';
}

/** Without line ends and other control characters, which would break a header or a list. */
export function onOneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
