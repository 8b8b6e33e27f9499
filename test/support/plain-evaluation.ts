import type {
  About,
  DateTest,
  DidPredicate,
  EventTest,
  NumberTest,
  OrderedPredicate,
  Predicate,
  TraitPredicate,
  ValueTest,
  Window,
} from '../../src/define/predicate-data.ts';
import { minorDigits } from '../../src/domain/money.ts';
import { addressOf } from '../../src/domain/address.ts';
import { consentThatHolds, type ConsentWord } from '../../src/domain/consent.ts';
import { dayOf } from '../../src/domain/local-time.ts';
import { readDate } from '../../src/domain/occasion.ts';
import { spanMs } from '../../src/domain/span.ts';
import { isZone } from '../../src/domain/zone.ts';

/** All that is known of one customer, and of the catalogue. Times in epoch milliseconds. */
export interface PlainCustomer {
  id: string;
  traits: Record<string, { value: unknown; origin: string }>;
  events: { seq: number; name: string | null; at: number; properties: Record<string, unknown> }[];
  orders: PlainOrder[];
  consents: (ConsentWord & { channel: string })[];
  products: readonly { sku: string; productId: string | null; category: string | null }[];
  shopZone: string;
}

interface PlainOrder {
  valueMinor: number;
  refundedMinor: number;
  currency: string;
  orderedAt: number;
  cancelledAt: number | null;
  shippedAt: number | null;
  deliveredAt: number | null;
  isPlaced: boolean;
  skus: readonly string[];
}

/** Whether a predicate holds at a moment: said once more, without SQL, customer by customer and event by event. */
export function plainlyHolds(predicate: Predicate, of: PlainCustomer, now: number): boolean {
  switch (predicate.kind) {
    case 'all':
      return predicate.of.every((one) => plainlyHolds(one, of, now));
    case 'any':
      return predicate.of.some((one) => plainlyHolds(one, of, now));
    case 'not':
      return !plainlyHolds(predicate.of, of, now);
    case 'segment':
    case 'persona':
      return plainlyHolds(predicate.where, of, now);
    case 'trait':
      return traitHolds(predicate, of, now);
    case 'did':
      return didHolds(predicate, of, now);
    case 'ordered':
      return orderedHolds(predicate, of, now);
    case 'consent': {
      const words = of.consents.filter(({ channel }) => channel === predicate.channel);
      return consentThatHolds(words, predicate.topic)?.state === predicate.state;
    }
    case 'reachable': {
      const values = Object.entries(of.traits).map(([name, { value }]) => [name, value]);
      const traits = Object.fromEntries(values) as Record<string, unknown>;
      return 'to' in addressOf(predicate.channel, traits);
    }
  }
}

function traitHolds({ trait, origin, test }: TraitPredicate, of: PlainCustomer, now: number): boolean {
  const found = of.traits[trait];
  if (!found || (origin !== null && found.origin !== origin)) return false;
  if (test.is === 'day' || test.is === 'date') return dateHolds(found.value, test, of, now);
  if (test.is !== 'has') return valueHolds(found.value, test);
  return found.value === test.value || (Array.isArray(found.value) && found.value.includes(test.value));
}

function valueHolds(value: unknown, test: ValueTest): boolean {
  if (test.is === 'known') return value !== undefined;
  if (test.is === 'one-of') return (test.among as readonly unknown[]).includes(value);
  return typeof value === 'number' && numberHolds(value, test);
}

function numberHolds(value: number, { is, than }: NumberTest): boolean {
  if (is === 'at-least') return value >= than;
  if (is === 'at-most') return value <= than;
  return is === 'above' ? value > than : value < than;
}

const dayMs = 86_400_000;

function dateHolds(value: unknown, test: DateTest, of: PlainCustomer, now: number): boolean {
  const own = of.traits['timezone']?.value;
  const zone = isZone(own) ? own : of.shopZone;
  const isYearly = test.is === 'day' && test.yearly;
  const read = readDate(value, { yearly: isYearly, offset: '0 days', at: '00:00' }, zone);
  if (typeof read === 'string') return false;
  const two = (n: number) => String(n).padStart(2, '0');
  const date = read.year === null ? null : `${read.year}-${two(read.month)}-${two(read.day)}`;
  if (test.is === 'date') {
    return (test.from === null || date! >= test.from) && (test.before === null || date! < test.before);
  }
  const today = dayOf(now, zone);
  if (!isYearly) {
    const days = (Date.parse(date!) - Date.parse(today)) / dayMs;
    return (test.from === null || days >= test.from) && (test.to === null || days <= test.to);
  }
  for (let ahead = test.from!; ahead <= test.to!; ahead += 1) {
    const day = new Date(Date.parse(today) + ahead * dayMs).toISOString().slice(0, 10);
    const [year, monthDay] = [Number(day.slice(0, 4)), day.slice(5)];
    const isLeap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
    const wanted = `${two(read.month)}-${two(read.day)}`;
    const isSame = monthDay === (wanted === '02-29' && !isLeap ? '02-28' : wanted);
    if (isSame && (read.year === null || year > read.year || (year === read.year && day > today)))
      return true;
  }
  return false;
}

function didHolds(leaf: DidPredicate, of: PlainCustomer, now: number): boolean {
  const { about, follow } = leaf;
  if (about?.kind === 'topic') {
    const interests = of.traits['interests'];
    const list = [interests?.value].flat();
    if (interests?.origin === 'stated' && list.includes(about.topic)) return true;
  }
  const done = of.events
    .filter((event) => isOf(event, leaf) && isAbout(event.properties, about, of.products))
    .filter((event) => {
      if (follow === null) return true;
      const span = follow.within === null ? Infinity : spanMs(follow.within);
      const came = of.events.some(
        (other) => isOf(other, follow) && isAfter(other, event) && other.at <= event.at + span,
      );
      if (follow.did) return came;
      return !came && (span === Infinity || now >= event.at + span);
    });
  const sum = leaf.sum && {
    test: leaf.sum.test,
    values: new Map(done.map((event) => [event, event.properties[leaf.sum!.property]])),
  };
  return happened(leaf, done, now, sum && ((event) => sum.values.get(event)), sum?.test);
}

type PlainEvent = PlainCustomer['events'][number];

const isAfter = (other: PlainEvent, event: PlainEvent): boolean =>
  other.at > event.at || (other.at === event.at && other.seq > event.seq);

function isOf(event: PlainEvent, { events, where }: EventTest): boolean {
  if (event.name === null || !events.includes(event.name)) return false;
  return Object.entries(where).every(([name, test]) => valueHolds(event.properties[name], test));
}

function isAbout(
  properties: Record<string, unknown>,
  about: DidPredicate['about'],
  products: PlainCustomer['products'],
): boolean {
  if (about === null) return true;
  if (about.kind === 'topic') return properties['topic'] === about.topic;
  const own = properties['category'];
  if (about.kind === 'category' && own !== undefined && own !== '') return own === about.category;
  const sku = skuOf(properties, products);
  return sku !== null && isSku(sku, about, products);
}

function skuOf(properties: Record<string, unknown>, products: PlainCustomer['products']): string | null {
  const named = (name: string) => String((properties[name] as string | undefined) ?? '').trim();
  if (named('sku') !== '') return named('sku');
  const id = named('product_id');
  if (id === '') return null;
  const variants = products.filter(({ productId }) => productId === id).map(({ sku }) => sku);
  return variants.sort()[0] ?? id;
}

function isSku(sku: string, about: About, products: PlainCustomer['products']): boolean {
  if (about.kind === 'product') return sku === about.sku;
  return products.some((product) => product.sku === sku && product.category === about.category);
}

function orderedHolds(leaf: OrderedPredicate, of: PlainCustomer, now: number): boolean {
  const orders = of.orders
    .filter((order) => order.isPlaced && order.cancelledAt === null)
    .filter((order) => leaf.about === null || order.skus.some((sku) => isSku(sku, leaf.about!, of.products)))
    .filter((order) => leaf.spent === null || order.currency === leaf.spent.currency)
    .map((order) => ({ ...order, at: momentOf(leaf, order) }))
    .filter((order): order is PlainOrder & { at: number } => order.at !== null);
  const { spent } = leaf;
  if (spent === null) return happened(leaf, orders, now, null, undefined);
  const digits = 10 ** minorDigits(spent.currency);
  const worth = (order: PlainOrder) => (order.valueMinor - order.refundedMinor) / digits;
  return happened(leaf, orders, now, worth, spent.test);
}

function momentOf({ state }: OrderedPredicate, order: PlainOrder): number | null {
  if (state === 'placed') return order.orderedAt;
  if (state === 'open') return order.deliveredAt === null ? order.orderedAt : null;
  return state === 'shipped' ? order.shippedAt : order.deliveredAt;
}

function happened<Thing extends { at: number }>(
  { window, which, times }: Pick<DidPredicate, 'window' | 'which' | 'times'>,
  things: readonly Thing[],
  now: number,
  value: ((thing: Thing) => unknown) | null,
  test: NumberTest | undefined,
): boolean {
  if (which !== 'any') {
    const sorted = [...things].sort((a, b) => a.at - b.at);
    const one = which === 'first' ? sorted[0] : sorted.at(-1);
    return one !== undefined && isWithin(window, one.at, now);
  }
  const counted = things.filter(({ at }) => isWithin(window, at, now));
  if (value && test) {
    const numbers = counted.map(value).filter((one): one is number => typeof one === 'number');
    return numberHolds(
      numbers.reduce((sum, one) => sum + one, 0),
      test,
    );
  }
  return counted.length >= times.atLeast && (times.atMost === null || counted.length <= times.atMost);
}

function isWithin({ within, longerAgoThan, since, until }: Window, at: number, now: number): boolean {
  if (within !== null && !(now < at + spanMs(within))) return false;
  if (longerAgoThan !== null && !(now >= at + spanMs(longerAgoThan))) return false;
  return (since === null || at >= Date.parse(since)) && (until === null || at < Date.parse(until));
}
