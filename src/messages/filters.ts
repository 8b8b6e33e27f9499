import { minorDigits } from '../domain/money.ts';
import { dateFormat, moneyFormat } from './formats.ts';
import { onOneLine } from './lines.ts';

/** Thrown by a filter that cannot do without a field. */
export class MissingField extends Error {
  readonly field: string;
  constructor(field: string) {
    super(`${field} is not there`);
    this.field = field;
  }
}

/** Thrown where an expression of a template comes to nothing that can be said: the expression is named. */
export class NothingToSay extends Error {
  constructor() {
    super('there is no text here');
  }
}

/** What LiquidJS hands a filter: the template's variables. */
interface Filtering {
  context: { getSync(path: string[]): unknown };
}

/**
 * What templates can do beyond LiquidJS's own filters. They see whole items and customers, so that a template need
 * not know which of their fields are there; what they cannot do without they ask for by name. Money and dates are
 * written by the `locale` of the text, dates in the customer's `zone`.
 */
export const filters = {
  greeting,
  count_items: countItems,
  first_title: (items: unknown) => lineOf(recordOf(Array.isArray(items) ? items[0] : undefined)['title']),
  item_name: itemName,
  line_price(this: Filtering, item: unknown) {
    return sayMoney(linePrice(item), this);
  },
  money(this: Filtering, minor: unknown, currency: unknown) {
    const known = typeof minor === 'number' && typeof currency === 'string';
    return sayMoney(known ? { minor, currency } : null, this);
  },
  total(this: Filtering, items: unknown) {
    return sayMoney(total(items), this);
  },
  weekday_date(this: Filtering, value: unknown) {
    return sayDate(value, this, { weekday: 'long', day: 'numeric', month: 'long' });
  },
  full_date(this: Filtering, value: unknown) {
    return sayDate(value, this, { day: 'numeric', month: 'long', year: 'numeric' });
  },
  clock_time(this: Filtering, value: unknown) {
    return sayDate(value, this, { hour: 'numeric', minute: '2-digit' });
  },
  stars,
  web_address: webAddress,
  as_address: asAddress,
  as_query: asQuery,
};

const longestName = 60;

interface Money {
  minor: number;
  currency: string;
}

/** By the first name if we know one: of traits anything may come, so only what looks like a name is used. */
function greeting(customer: unknown, hello = 'Hello'): string {
  const traits = recordOf(customer);
  for (const name of ['firstName', 'first_name']) {
    const given = lineOf(traits[name]);
    if (given !== '' && given.length <= longestName) return `${hello} ${given},`;
  }
  return `${hello},`;
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
  if (typeof priceMinor !== 'number' || typeof quantity !== 'number' || typeof currency !== 'string')
    return null;
  return { minor: priceMinor * quantity, currency };
}

/** What all lines come to; null where a price is not known, or where they are in several currencies. */
function total(items: unknown): Money | null {
  const prices = (Array.isArray(items) ? items : []).map(linePrice);
  const currency = prices[0]?.currency;
  if (currency === undefined || prices.some((price) => price?.currency !== currency)) return null;
  return { minor: prices.reduce((sum, price) => sum + price!.minor, 0), currency };
}

function sayMoney(money: Money | null, { context }: Filtering): string {
  if (!money || !/^[A-Z]{3}$/.test(money.currency)) return '';
  const digits = minorDigits(money.currency);
  const locale = String(context.getSync(['locale']));
  return moneyFormat(locale, money.currency, digits).format(money.minor / 10 ** digits);
}

/** `2026-05-01`, without a time. */
const plainDay = /^\d{4}-\d\d-\d\d$/;

/**
 * A moment as ISO 8601 or epoch milliseconds, by the clock and the calendar of the customer. A day without a time is
 * that day wherever they are.
 */
function sayDate(value: unknown, { context }: Filtering, parts: Intl.DateTimeFormatOptions): string {
  const moment = typeof value === 'string' || typeof value === 'number' ? new Date(value) : null;
  if (moment === null || Number.isNaN(moment.getTime())) throw new NothingToSay();
  const [locale, zone] = [String(context.getSync(['locale'])), String(context.getSync(['zone']))];
  const isDay = typeof value === 'string' && plainDay.test(value);
  return dateFormat(locale, isDay ? 'UTC' : zone, parts).format(moment);
}

/** A product's rating out of five, rounded to a whole star; empty where there is none. */
function stars(item: unknown): string {
  const { rating } = recordOf(item);
  if (typeof rating !== 'number' || !(rating >= 0 && rating <= 5)) return '';
  const full = Math.round(rating);
  return '★'.repeat(full) + '☆'.repeat(5 - full);
}

/** A field that is an address on the web, else empty: a mail must not carry a script's. */
function webAddress(item: unknown, field: string): string {
  const address = recordOf(item)[field];
  return typeof address === 'string' && /^https?:\/\/[^\s"'<>]+$/i.test(address) ? address : '';
}

/** What stands where an address begins: a script's, or none, must not go out. */
function asAddress(value: unknown): string {
  if (typeof value === 'string' && isAddress(value)) return value;
  throw new NothingToSay();
}

/** What a link may lead to: a page, a mail, a call. */
export function isAddress(text: string): boolean {
  return /^(https?:\/\/|mailto:|tel:)[^\s"'<>]+$/i.test(text);
}

/** What stands in the query of an address. */
function asQuery(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return encodeURIComponent(value);
  throw new NothingToSay();
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** A text on one line; empty for what is no text. */
function lineOf(value: unknown): string {
  return typeof value === 'string' ? onOneLine(value) : '';
}
