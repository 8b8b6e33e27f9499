import type { Span } from '../domain/span.ts';
import type { EventType } from './event.ts';
import type { About, DidPredicate, NumberTest, Times } from './predicate-data.ts';
import { above, atLeast, atMost, below, valueTests, type Where } from './value-test.ts';
import { once, Windowed } from './windowed.ts';

/** That a customer did something at some time. */
export class DidAt<Properties> extends Windowed implements DidPredicate {
  readonly kind = 'did';
  readonly events: readonly string[];
  readonly where: DidPredicate['where'] = {};
  readonly about: DidPredicate['about'];
  readonly which: DidPredicate['which'];
  readonly times: Times = once;
  readonly follow: DidPredicate['follow'] = null;
  readonly sum: DidPredicate['sum'];

  constructor(given: Pick<DidPredicate, 'events'> & Partial<Pick<DidPredicate, 'about' | 'which' | 'sum'>>) {
    super();
    this.events = given.events;
    this.about = given.about ?? null;
    this.which = given.which ?? 'any';
    this.sum = given.sum ?? null;
  }

  /** With these properties: a value, or a test such as `above(10)`. */
  with(properties: Where<Properties>): this {
    return this.but({ where: { ...this.where, ...valueTests(properties) } } as Partial<this>);
  }
}

/** That a customer did something once or more often, by itself or followed by something else. */
export class Did<Properties> extends DidAt<Properties> {
  atLeast(times: number): this {
    return this.but({ times: { atLeast: times, atMost: null } } as Partial<this>);
  }

  atMost(times: number): this {
    return this.but({ times: { atLeast: 0, atMost: times } } as Partial<this>);
  }

  exactly(times: number): this {
    return this.but({ times: { atLeast: times, atMost: times } } as Partial<this>);
  }

  /** Such that another event came after it; with a span, no later than so long after. */
  followedBy<Next>(event: EventType<Next>, options: Following<Next> = {}): this {
    return this.following(true, event.name, options);
  }

  /** Such that the other event did not come after it; with a span, that it had not come when the span was over. */
  notFollowedBy<Next>(event: EventType<Next>, options: Following<Next> = {}): this {
    return this.following(false, event.name, options);
  }

  private following(did: boolean, name: string, options: { within?: Span; with?: object }): this {
    const where = valueTests(options.with ?? {});
    const follow = { did, events: [name], where, within: options.within ?? null };
    return this.but({ follow } as unknown as Partial<this>);
  }
}

interface Following<Properties> {
  within?: Span;
  with?: Where<Properties>;
}

/** That a customer did something: `did(orderCompleted).atLeast(3).within('90 days')`. */
export function did<Properties>(event: EventType<Properties>): Did<Properties> {
  return new Did({ events: [event.name] });
}

/** When a customer first did something: `firstDid(orderCompleted).within('30 days')`. */
export function firstDid<Properties>(event: EventType<Properties>): DidAt<Properties> {
  return new DidAt({ events: [event.name], which: 'first' });
}

/** When a customer last did something: `lastDid(productViewed).longerAgoThan('60 days')`. */
export function lastDid<Properties>(event: EventType<Properties>): DidAt<Properties> {
  return new DidAt({ events: [event.name], which: 'last' });
}

/**
 * The sum of a numeric property, to be compared: `sumOf(pointsEarned, 'points').atLeast(100).within('90 days')`. What is
 * no number counts nothing, and the sum of nothing is 0. Money is asked of orders: see `spent`.
 */
export function sumOf<Properties>(
  event: EventType<Properties>,
  property: NumericName<Properties>,
): Compared<DidAt<Properties>> {
  return compared((test) => new DidAt({ events: [event.name], sum: { property, test } }));
}

type NumericName<Properties> = {
  [Name in keyof Properties & string]: unknown extends Properties[Name]
    ? Name
    : NonNullable<Properties[Name]> extends number
      ? Name
      : never;
}[keyof Properties & string];

/** An amount that has yet to be compared. */
export interface Compared<Made> {
  atLeast(than: number): Made;
  atMost(than: number): Made;
  above(than: number): Made;
  below(than: number): Made;
}

export function compared<Made>(make: (test: NumberTest) => Made): Compared<Made> {
  return {
    atLeast: (than) => make(atLeast(than)),
    atMost: (than) => make(atMost(than)),
    above: (than) => make(above(than)),
    below: (than) => make(below(than)),
  };
}

/** The events that show interest in what they name. */
const interestEvents = [
  'Product Viewed',
  'Product Clicked',
  'Product Added',
  'Product Added to Wishlist',
  'Product Wished',
  'Information Requested',
  'Back In Stock Requested',
];

/** What somebody may be interested in: a product, a category (the event's, else the catalogue's) or a topic. */
export type Interest = { sku: string } | { category: string } | { topic: string };

/**
 * That a customer looked at, put into a cart, wished for or asked about it: `interestedIn({ category: 'skis' })`. A topic
 * is the event's property `topic`; who states it in the trait `interests` is interested whatever they did.
 */
export function interestedIn(interest: Interest): Did<Record<string, unknown>> {
  if ('topic' in interest)
    return new Did({ events: interestEvents, about: { kind: 'topic', topic: interest.topic } });
  const events = 'category' in interest ? [...interestEvents, 'Product List Viewed'] : interestEvents;
  return new Did({ events, about: aboutOf(interest) });
}

export function aboutOf(named: { sku: string } | { category: string }): About {
  return 'sku' in named
    ? { kind: 'product', sku: named.sku }
    : { kind: 'category', category: named.category };
}
