import type { SendAnswer } from '../../activities/contract.ts';
import type { DateStart } from '../../src/define/date-start.ts';
import type { EventType, PropertyOf } from '../../src/define/event.ts';
import type { Again } from '../../src/define/journey.ts';
import type { Cap } from '../../src/domain/cap-window.ts';
import type { MessageType } from '../../src/define/message.ts';
import type { PriceCrossing } from '../../src/define/price-crossing.ts';
import type { ProductCrossing } from '../../src/define/product-crossing.ts';
import type { ProductProjection, Projection } from '../../src/define/projection.ts';
import type { Segment } from '../../src/define/segment.ts';
import type { SettingRange } from '../../src/define/setting-range.ts';
import type { DateOffset, LocalTime } from '../../src/domain/date-rule.ts';
import type { FirstEvent } from '../../src/domain/run-input.ts';
import type { ReservedOutcome } from '../../src/domain/outcome.ts';
import type { Span } from '../../src/domain/span.ts';
import type { Shares } from '../../src/domain/split.ts';

/** An event that a run heard: what of it may stand in the history. */
export interface HeardEvent<Carries extends string = string> {
  readonly name: string;
  /** Epoch milliseconds of Kairos's time. */
  readonly at: number;
  readonly carries: CarriedOf<Carries>;
}

/** What happened to a product that the run is about. */
export type ProductNews<Of extends ProductCrossing = ProductCrossing> = {
  readonly name: string;
  /** Epoch milliseconds of Kairos's time. */
  readonly at: number;
  readonly sku: string;
} & (Of extends PriceCrossing
  ? /** What it costs now. */ { readonly priceMinor: number; readonly currency: string }
  : /** What is on the shelf now. */ { readonly units: number });

type CarriedOf<Carries extends string> = { readonly [Key in Carries]?: string | number | boolean };

/**
 * What an awaited event must carry: each property with this value, as the run's own event carried it, say. A number
 * equals the same digits as a text; where the value is `undefined`, the event must not carry the property either.
 */
export type Where<Carries extends string> = {
  readonly [Key in Carries]?: string | number | boolean | undefined;
};

/** Settings as the code sees them: a span stays a span and a number a number, whatever an operator sets. */
export type SettingsOf<Defaults> = {
  readonly [Key in keyof Defaults]: Defaults[Key] extends number ? number : Span;
};

/** For those of the settings that are numbers. */
export type RangesOf<Defaults> = {
  readonly [Key in keyof Defaults as Defaults[Key] extends number ? Key : never]?: SettingRange;
};

/** What a projection lets a run read: one method for each of its `reads`. */
type ReadsOf<Holds> =
  Holds extends Projection<infer Reads>
    ? { readonly [Read in keyof Reads]: () => Promise<Reads[Read]> }
    : unknown;

/** A message without data needs none; every other demands all of its own. */
export type DataOf<Data> = Data extends Record<string, never> ? [data?: Data] : [data: Data];

/** Literal shares below 0 or above 1 do not compile; their sum, and computed ones, are checked when Kairos starts. */
type ShareOf<Given> = Given extends number
  ? number extends Given
    ? number
    : `${Given}` extends '0' | '1' | `0.${string}` | `${string}e-${string}`
      ? `${Given}` extends `-${string}`
        ? never
        : Given
      : never
  : never;

/** Two arms at least. */
type ArmsOf<Split> = {
  readonly [Arm in keyof Split]: [Exclude<keyof Split, Arm>] extends [never] ? never : ShareOf<Split[Arm]>;
};

/** What the author's code can do. Every wait counts from what is recorded, never from when a worker got round to it. */
export interface Steps<Hears, HearsOf, Carries extends string, Settings, Splits> {
  /** The event that started the run. */
  readonly first: FirstEvent;
  readonly carries: CarriedOf<Carries>;
  /** The settings that the run started with, and keeps. */
  readonly settings: SettingsOf<Settings>;
  /** Until nothing has happened for a span. Costs no signals: it looks when the time is over, and waits for the rest. */
  quiet(span: Span): Promise<void>;
  /** A span after the send before it, else after the end of the wait before it, else after the first event. */
  wait(span: Span): Promise<void>;
  /**
   * Until it is that time on the customer's own clock (trait `timezone`, else the shop's zone): at once if it is that
   * very time where the wait before it ended, else the next time that it is.
   */
  waitUntil(time: { at: LocalTime }): Promise<void>;
  /**
   * The next event of that name that the run has heard and the code has not, or null when the span is over. The run
   * hears what carries its key (`per`), and what carries none; with `where` only an event that carries the same.
   */
  until<Name extends keyof Hears & string>(
    name: Name,
    atMost: Span,
    which?: { where: Where<Carries & PropertyOf<Hears[Name]>> },
  ): Promise<HeardEvent<Carries> | null>;
  /**
   * The next such thing that happens to a product the run is about, or null when the span is over. What is over again
   * before the run could be told, it is not told.
   */
  until<Name extends keyof HearsOf & string>(
    name: Name,
    atMost: Span,
    which?: { where: Where<'sku'> },
  ): Promise<ProductNews<HearsOf[Name] & ProductCrossing> | null>;
  /** The customer's arm in a split of this journey: the same at every entry, and for who was joined with them. */
  split<Name extends keyof Splits & string>(name: Name): Promise<keyof Splits[Name] & string>;
  /** Whether the customer is in the segment now. */
  isIn(segment: Segment): Promise<boolean>;
  /**
   * Asks the gate, channel by channel in the message's order, and tells its verdict: sent, held out or withheld.
   * Throws once the run has ended.
   */
  send<Data>(message: MessageType<Data>, ...data: DataOf<NoInfer<Data>>): Promise<SendAnswer>;
}

/** What only a journey can wait for that starts on a date. */
export interface DateSteps {
  /**
   * Until that time of the customer's day on the occasion itself, or so far from it. At once when that has passed. A run
   * whose occasion is moved ends as `moved`.
   */
  waitForOccasion(time: { at: LocalTime; offset?: DateOffset }): Promise<void>;
}

export type Run<Starts, Hears, HearsOf, Carries extends string, Holds, Settings, Splits> = Steps<
  Hears,
  HearsOf,
  Carries,
  Settings,
  Splits
> &
  ReadsOf<Holds> &
  (Starts extends DateStart ? DateSteps : unknown);

/** Only a projection that names products tells which of them a run hears of. */
type NamedBy<Holds> = [Holds] extends [ProductProjection] ? unknown : never;

/** A journey as its author writes it. */
export interface Declaration<
  Starts extends EventType,
  Ends extends Record<string, EventType>,
  Hears extends Record<string, EventType>,
  HearsOf extends Record<string, ProductCrossing>,
  Carries extends PropertyOf<Starts> | PropertyOf<Ends[keyof Ends]> | PropertyOf<Hears[keyof Hears]>,
  Holds extends Projection | null,
  Settings extends Record<string, Span | number>,
  Splits extends Record<string, Shares>,
> {
  /** The event that opens a run, or a date of the customer's: `dateOf(…)`. */
  starts: Starts;
  /** At any moment, also while a message is held; the key is the outcome. */
  ends?: Ends & { [Key in ReservedOutcome]?: never };
  /** Events that the code waits for with `until`. */
  hears?: Hears;
  /**
   * What may happen in the world to the products that the run is about, for the code to wait for with `until`. Which
   * products those are, the projection says: only what is held then, and of runs that say so, is anybody told.
   */
  hearsOf?: HearsOf & NamedBy<Holds>;
  /**
   * The property that tells one run of a customer from another; without it a customer has one run at a time. What starts
   * on a date has one run an occasion.
   */
  per?: PropertyOf<Starts>;
  /** Properties that may enter the history and stay there: ids, enums, numbers and times, nothing personal. */
  carries?: readonly Carries[];
  /** What routing keeps and the run reads. */
  holds?: Holds;
  /**
   * When the same customer and key may run again, counted from the close; `'always'` if not said. Of what starts on a
   * date it counts over all occasions, each of which has one run at most.
   */
  again?: Again;
  /** A run that would wait beyond this ends as `expired`. Counts from its opening. */
  lasts: Span;
  /** A start older than this begins nothing; one day if not said. */
  fresh?: Span;
  /**
   * Whether its messages may stand on the shop's pages: a visitor who is on one is then within reach, and the run of one
   * whom nobody knows begins as soon as they are. False if not said.
   */
  onsite?: boolean;
  /** The share of customers who are held out, to measure against; none if not said. */
  holdout?: number;
  cap: Cap;
  /** What an operator may change, with its defaults. */
  settings?: Settings;
  /** Between which numbers an operator may set a number, both among them; any number if not said. */
  ranges?: RangesOf<NoInfer<Settings>>;
  /** Experiments within the journey: the share of the customers that each arm gets. */
  splits?: Splits & { readonly [Name in keyof Splits]: ArmsOf<Splits[Name]> };
  /** The rule, in one straight line. Returns the outcome, a word. */
  run(run: Run<Starts, Hears, HearsOf, Carries, Holds, Settings, Splits>): Promise<string>;
}
