import type { Audience } from '../../src/define/audience.ts';
import type { Competing } from '../../src/define/competing.ts';
import type { MessageType } from '../../src/define/message.ts';
import type { PriceAudience } from '../../src/define/price-audience.ts';
import type { CarriedData, DataOfFields, EventCrossing } from '../../src/define/universal-event.ts';
import type { WaitingList } from '../../src/define/waiting-list.ts';
import type { Crossing, CrossingOf, EvenWave, ShelfWave } from '../../src/define/watch.ts';
import type { Span } from '../../src/domain/span.ts';
import type { Served } from '../../src/domain/watch-input.ts';
import type { DataOf, RangesOf, SettingsOf } from './declaration.ts';

/** What the code waited for. */
export interface Wake<Data = object> {
  readonly name: string;
  /** When it happened, epoch milliseconds of Kairos's time. */
  readonly at: number;
  /** On the shelf after it, where stock is what was watched; else 0. */
  readonly units: number;
  /** Of an event: what of its data may stand in a history. */
  readonly data: Data;
}

/** What is known in the code of what woke it. */
type CarriedOf<Of extends Crossing> =
  Of extends EventCrossing<string, infer Data> ? CarriedData<Data> : object;

/** What an audience is asked with: by the word for the watch's subject the subject, and the data of what woke it. */
type AskedOf<Subject extends string, Of extends Crossing> = Record<Subject, string> &
  (Of extends EventCrossing<string, infer Data> ? DataOfFields<Data> : object);

/** What the author's code of a watch can do. What is done stays done, however often the workflow begins anew. */
export interface WatchSteps<Wakes extends Record<string, Crossing>, Settings> {
  /** The settings that the run started with, and keeps. */
  readonly settings: SettingsOf<Settings>;
  /** The newest wake of that name that was heard and not yet waited for; waits for one, however long. */
  until<Name extends keyof Wakes & string>(name: Name): Promise<Wake<CarriedOf<Wakes[Name]>>>;
  /**
   * Serves the waiting list, wave after wave, the longest waiting first, until nobody waits who could be served, or it
   * is sold out, or what woke the watch is over. A watch with an audience first gathers who is in it now. Each customer
   * passes the gate. The message sees the `product` beside its data, or the `event`.
   */
  serve<Data>(message: MessageType<Data>, ...data: DataOf<NoInfer<Data>>): Promise<Served>;
}

/** A watch as its author writes it. */
export type WatchDeclaration<
  Subject extends string,
  Wakes extends Record<string, CrossingOf<NoInfer<Subject>>>,
  Settings extends Record<string, Span | number>,
> = WatchRule<Subject, Wakes, Settings> & WhomServed<Subject, Wakes>;

/** Either who waits, as routing keeps it, or who is looked for when something has woken it. */
type WhomServed<Subject extends string, Wakes extends Record<string, Crossing>> =
  | { waiting: WaitingList; audience?: never; again?: never }
  | {
      audience: Audience<AskedOf<NoInfer<Subject>, NoInfer<Wakes>[keyof Wakes]>>;
      waiting?: never;
      /**
       * Whoever was told of the same subject within this time, or held out, is not looked for again: a cold spell that is
       * announced day after day tells each customer once, of the next such day. If not said, everything that wakes it
       * counts anew, and each day is told of by itself.
       */
      again?: Span;
    }
  | { audience: 'sku' extends Subject ? PriceAudience : never; waiting?: never; again?: never };

interface WatchRule<
  Subject extends string,
  Wakes extends Record<string, CrossingOf<NoInfer<Subject>>>,
  Settings extends Record<string, Span | number>,
> {
  /** What one run watches: `sku`, `region`, `topic`, or what else its events say that their subject is. */
  subject: Subject;
  /** What wakes it, by the name its code uses. Any of them opens a run where there is none. */
  wakes: Wakes;
  /** A run opens when the first customer begins to wait, and an operator sees it wait; if not said, with its first wake. */
  opens?: 'when waited for';
  /**
   * So long somebody waits at most who does not look or ask again meanwhile. When it is over their wait ends, with the
   * reason in their timeline, and a run ends as `expired` with the last of them; looking or asking then begins anew. If
   * not said they wait as long as it takes.
   */
  lasts?: Span;
  /** The share of customers who are held out, to measure against; none if not said. */
  holdout?: number;
  /**
   * When several products that one customer waits for are back at the same time: told of together, or the best one
   * chosen. Each is told of by itself if not said. Only of products, and of those who wait for them.
   */
  competing?: 'sku' extends Subject ? Competing : never;
  /** How many at once, and how long between; an operator may change both. */
  wave: ShelfWave | EvenWave;
  /** What an operator may change besides, with its defaults. */
  settings?: Settings & { [Key in keyof ShelfWave | keyof EvenWave | 'substitutesWithin']?: never };
  /** Between which numbers an operator may set a number of these, both among them; any number if not said. */
  ranges?: RangesOf<NoInfer<Settings>>;
  /** The rule, in one straight line from waking to the end of an episode, whose outcome it returns; then it waits anew. */
  run(watched: WatchSteps<Wakes, Settings>): Promise<string>;
}
