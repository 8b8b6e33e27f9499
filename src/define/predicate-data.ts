import type { Channel, TraitChannel } from '../domain/task-queues.ts';
import type { Span } from '../domain/span.ts';

/** What can be asked of a customer: data, whole in JSON. Authors make it with the builders of `predicate.ts`. */
export type Predicate =
  | AllOf
  | AnyOf
  | NotThat
  | TraitPredicate
  | DidPredicate
  | OrderedPredicate
  | NamedPredicate
  | ConsentPredicate
  | ReachablePredicate;

export interface AllOf {
  readonly kind: 'all';
  readonly of: readonly Predicate[];
}

export interface AnyOf {
  readonly kind: 'any';
  readonly of: readonly Predicate[];
}

export interface NotThat {
  readonly kind: 'not';
  readonly of: Predicate;
}

/** The value of a trait or of an event's property. */
export type Scalar = string | number | boolean;

/** Compares numbers; what is no number fails. */
export type NumberTest =
  | { readonly is: 'at-least'; readonly than: number }
  | { readonly is: 'at-most'; readonly than: number }
  | { readonly is: 'above'; readonly than: number }
  | { readonly is: 'below'; readonly than: number };

/** What a value is asked; what is not there fails every test. */
export type ValueTest =
  { readonly is: 'known' } | { readonly is: 'one-of'; readonly among: readonly Scalar[] } | NumberTest;

/** A date is that of the customer's own calendar; one with a time and an offset is the day it has in their zone. */
export type DateTest =
  /** So many days from today, the past negative; null: without an end. Yearly: one of its anniversaries is. */
  | { readonly is: 'day'; readonly from: number | null; readonly to: number | null; readonly yearly: boolean }
  /** From this day on, and before that one: `2026-01-31`. */
  | { readonly is: 'date'; readonly from: string | null; readonly before: string | null };

export interface TraitPredicate {
  readonly kind: 'trait';
  readonly trait: string;
  /** Only of this origin; null: of any. */
  readonly origin: 'stated' | 'observed' | 'bought-in' | null;
  /** `has`: the value, or one of a list. */
  readonly test: ValueTest | DateTest | { readonly is: 'has'; readonly value: Scalar };
}

/**
 * When something has to have happened. Spans roll: within (now − span, now], longer ago than (…, now − span]. Moments
 * are ISO 8601, `since` with the moment itself and `until` without.
 */
export interface Window {
  readonly within: Span | null;
  readonly longerAgoThan: Span | null;
  readonly since: string | null;
  readonly until: string | null;
}

/** How often; `atMost` null: without an end. */
export interface Times {
  readonly atLeast: number;
  readonly atMost: number | null;
}

/** Events by their names, with what their properties must be. */
export interface EventTest {
  readonly events: readonly string[];
  readonly where: Readonly<Record<string, ValueTest>>;
}

/** What an event or an order is about: a product, all of a category, or a topic. */
export type About =
  | { readonly kind: 'product'; readonly sku: string }
  | { readonly kind: 'category'; readonly category: string };

export interface DidPredicate extends EventTest {
  readonly kind: 'did';
  /** The event's property `topic`, or what the customer says interests them. */
  readonly about: About | { readonly kind: 'topic'; readonly topic: string } | null;
  readonly window: Window;
  /** Which of them has to be in the window: so many of them, or the first or last of all. */
  readonly which: 'any' | 'first' | 'last';
  readonly times: Times;
  /** Only those that were, or were not, followed by another event; of one time, the order in which they came. */
  readonly follow: (EventTest & { readonly did: boolean; readonly within: Span | null }) | null;
  /** Instead of counting: the sum of a numeric property; of none it is 0. */
  readonly sum: { readonly property: string; readonly test: NumberTest } | null;
}

/** Orders that were placed and not cancelled. */
export interface OrderedPredicate {
  readonly kind: 'ordered';
  /** `open`: not delivered. The window is that of the order, or of the shipping or delivery. */
  readonly state: 'placed' | 'open' | 'shipped' | 'delivered';
  /** Only those with a coupon or a discount. */
  readonly reduced: boolean;
  readonly about: About | null;
  readonly window: Window;
  readonly which: 'any' | 'first' | 'last';
  readonly times: Times;
  /** Instead of counting: what they come to, less refunds, in major units; other currencies count nothing. */
  readonly spent: { readonly currency: string; readonly test: NumberTest } | null;
}

/** Is in a segment, or has a persona: the definition stands in it. */
export interface NamedPredicate {
  readonly kind: 'segment' | 'persona';
  readonly name: string;
  readonly where: Predicate;
}

export interface ConsentPredicate {
  readonly kind: 'consent';
  readonly channel: Channel;
  /** Empty: the channel as a whole. */
  readonly topic: string;
  readonly state: 'granted' | 'denied';
}

export interface ReachablePredicate {
  readonly kind: 'reachable';
  readonly channel: TraitChannel;
}
