import type { Channel } from '../domain/task-queues.ts';
import type { Purpose } from '../domain/delivery.ts';
import type { About, ProductCondition } from '../domain/about.ts';
import type { BestTime } from '../domain/quiet-hours.ts';
import type { Span } from '../domain/span.ts';
import { problemsOfMessage } from './check-message.ts';
import { wordingProblems } from './check-wording.ts';
import type { Predicate } from './predicate-data.ts';
import type { Segment } from './segment.ts';

/** A message that journeys can send: its durable name, its purpose, its channels in order of preference. */
export interface MessageType<Data = Record<string, never>> {
  readonly name: string;
  readonly purpose: Purpose;
  readonly channels: readonly [Channel, ...Channel[]];
  /**
   * `'first'`, if not said: the first of its channels that passes the gate. `'all'`: each that does, each held until its own
   * time; it counts once towards caps that are not of a channel, in one arm, with one code. A watch has one place for a
   * customer, and serves only what goes to the first.
   */
  readonly sendsTo?: 'first' | 'all';
  /** What it is about, where customers may consent to that or refuse it by itself: `new-arrivals`. */
  readonly topic?: string;
  /**
   * What it is about, fixed or by its data: offers are not sent about what the customer bought, what is sold out, or what
   * is none of the interests they stated. `'items'`: the products among its data's `items`, of which the gate leaves out
   * what has no point any more. A watch's message is about the watch's product if it does not say.
   */
  readonly about?: About | AboutOf<Data>;
  /** What has to hold at would-send: of its products, or of the customer (a predicate). */
  readonly while?: readonly (ProductCondition | Predicate)[];
  /**
   * From 0 to 100: of two messages that want the same place under a cap the higher gets it. If not said, 50 for help and
   * 10 for an offer.
   */
  readonly priority?: number;
  /**
   * Over a cap it is dropped, if not said, or held until there is room, so long at most. A watch holds nothing: who is
   * over a cap keeps their place for its next wave.
   */
  readonly overCap?: OverCap;
  /**
   * When it would like to arrive, by the customer's own clock: outside of `{ from: '17:00', to: '20:00' }` a journey
   * holds it until then, as it does in quiet hours. A watch's waits for a wave in that time.
   */
  readonly bestTime?: BestTime;
  /** How long a held message stays worth sending: what would go out later than that is withheld as `expired`. A watch holds none. */
  readonly expires?: Span;
  /**
   * Its variants, by name, with the weights by which customers are dealt out until an operator sets others:
   * `{ plain: 1, warm: 1 }`. What each says stands in the content.
   */
  readonly variants?: Readonly<Record<string, number>>;
  /** A pool of coupon codes: each delivery gets one, its templates' `code`, that no other ever gets. */
  readonly codes?: string;
  /** Those that its templates ask for: `{% if segments contains "loyal-shoppers" %}`. */
  readonly segments?: readonly Segment[];
  /** Each of its data's `items` comes with the `rating` and the `reviews` that the catalogue has of it. */
  readonly reviews?: boolean;
  /** How many products its templates have as `recommendations`, at most; none that the customer bought, avoids, or cannot have. */
  readonly recommendations?: number;
  /**
   * Only of what is owed: when nobody knows whether the provider took it, and its news do not tell within this time, it
   * is sent once more, so that it may come twice rather than never. If not said, it stays `unknown`. A watch's never is
   * sent again.
   */
  readonly resendsUnknown?: Span;
  /** Only for the compiler: never set. Ids, quantities and amounts only, for they pass through Temporal. */
  readonly data?: Data;
}

/** What a message is about, as its data say. */
export interface AboutOf<Data> {
  of(data: Data): About;
}

export type OverCap = 'drop' | { readonly deferFor: Span };

const usualPriority: Record<Purpose, number> = { transactional: 100, help: 50, offer: 10 };

export function priorityOf({
  priority,
  purpose,
}: Pick<MessageType<unknown>, 'priority' | 'purpose'>): number {
  return priority ?? usualPriority[purpose];
}

/** The channel that is tried after one of the message's; null: it is the last. */
export function channelAfter(
  { channels }: Pick<MessageType<unknown>, 'channels'>,
  channel: Channel,
): Channel | null {
  const place = channels.indexOf(channel);
  return place < 0 ? null : (channels[place + 1] ?? null);
}

/** Declares a message; its content stands beside it in `<name>.content.ts`. @throws Error that says what is wrong with it. */
export function message<Data>(declared: Omit<MessageType<Data>, 'data'>): MessageType<Data> {
  const problems = [...problemsOfMessage(declared), ...wordingProblems(declared)];
  if (problems.length === 0) return declared;
  throw new Error(`The message ${declared.name} is declared wrongly:\n${problems.join('\n')}`);
}
