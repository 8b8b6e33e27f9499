import type { Span } from '../domain/span.ts';
import type { Audience } from './audience.ts';
import type { Competing } from './competing.ts';
import type { PriceAudience } from './price-audience.ts';
import type { PriceCrossing } from './price-crossing.ts';
import type { SettingRange } from './setting-range.ts';
import type { EventCrossing } from './universal-event.ts';
import type { WaitingList } from './waiting-list.ts';

/** What wakes a watch: a level that is crossed, a price that falls, or an event that meets a condition. */
export type Crossing = StockCrossing | PriceCrossing | EventCrossing;

/** Of which crossings a watch on such a subject may be woken. */
export type CrossingOf<Subject extends string> =
  EventCrossing<Subject> | ('sku' extends Subject ? StockCrossing | PriceCrossing : never);

/** Units of a sku over all its locations, and the way in which a level of them is crossed. */
export interface StockCrossing {
  readonly of: 'stock';
  readonly direction: 'falls' | 'rises';
  /** Falls: from above it to it or below. Rises: from it or below to above it. */
  readonly level: number;
}

/** Crossings of a product's stock, in units. From an unknown stock there is no crossing. */
export const stock = {
  /** From more than so many units to so many or fewer: `falls(0)` is sold out. */
  falls: (level: number): StockCrossing => ({ of: 'stock', direction: 'falls', level }),
  /** From so many units or fewer to more: `rises(0)` is back in stock. */
  rises: (level: number): StockCrossing => ({ of: 'stock', direction: 'rises', level }),
};

/** Whether what it says stands for itself, so that another one of the same name does not replace it. */
export const isOccurrence = (crossing: Crossing | undefined): boolean =>
  crossing?.of === 'event' && crossing.event.per === null;

/**
 * Whether a watch tells of each state by itself, as of what stands for itself: it gathers, and says nothing of telling
 * `again`, so that everything that wakes it counts anew. One that does tells of the first state that meets its condition.
 */
export const isEachState = (
  crossing: Crossing | undefined,
  { gathers, again }: { gathers: boolean; again: Span | null },
): boolean => crossing?.of === 'event' && crossing.event.per !== null && gathers && again === null;

/** How many a watch serves at once, and how long after that the next. */
export type Wave = ShelfWave | EvenWave;

/** As many as the shelf can serve. */
export interface ShelfWave {
  /** Places in a wave for each unit on the shelf at its start. */
  readonly perUnit: number;
  /** The pause between the start of one wave and the next; at its end the units are counted again. */
  readonly every: Span;
}

/** So many, then as many again: where nothing can sell out, or where few things do. */
export interface EvenWave {
  /** Places in a wave. */
  readonly customers: number;
  /** Where the stock of the watch's product is known, no more places than so many for each unit. */
  readonly perUnit?: number;
  /** The pause between the start of one wave and the next. */
  readonly every: Span;
}

/** Whether a wave has as many places as the shelf allows. */
export const isShelfWave = (wave: Wave): wave is ShelfWave => !('customers' in wave);

/** A watch as routing and the gate know it: data only, made by `watch()` and named by its export. */
export interface WatchDefinition {
  /** The watch for ever: in workflow ids, reports and the API. */
  readonly name: string;
  /** 1, 2 …: which version of its steps new runs take. */
  readonly version: number;
  /** The workflow's type in Temporal: `name`, or `name_v2`. */
  readonly workflowType: string;
  /** What one run watches: `sku`, `region`, `topic`, or what else its events say that their subject is. */
  readonly subject: string;
  /** Crossings that wake it, by the name its code uses; any of them opens a run. */
  readonly wakes: Readonly<Record<string, Crossing>>;
  /** Said: a run opens with the first who waits in its line, and then waits in sight; else with the first wake. */
  readonly opens?: 'when waited for';
  /** Whom it serves, where routing keeps who waits; null: its audience. */
  readonly waiting: WaitingList | null;
  /** Whom it serves, where they are looked for when something has woken it; null: its waiting list. */
  readonly audience: Audience<never> | PriceAudience | null;
  /**
   * Of an audience: whoever was told of the same subject within this time is not gathered again, whatever has happened
   * since; null: whoever was not told since what woke it happened, and of a state each is told of by itself.
   */
  readonly again: Span | null;
  /**
   * So long somebody waits at most who does not ask again: when it is over they wait no more, and a run ends with the
   * last of them; as long as it takes if missing.
   */
  readonly lasts?: Span;
  /** What it does about a customer who waits for several products that are back at once; nothing if missing. */
  readonly competing?: Competing;
  /** The share of customers held out, 0 to 1. */
  readonly holdout: number;
  readonly wave: Wave;
  /** Defaults of what an operator may change: those of the wave, of an audience by price, and the watch's own. */
  readonly settings: Readonly<Record<string, string | number>>;
  /** Between which numbers an operator may set some of them. */
  readonly ranges?: Readonly<Record<string, SettingRange | undefined>>;
}

/** What a run is started with that opens when somebody begins to wait; no wake may have this name. */
export const waitedFor = 'waitedFor';

/** With what the name of a line begins that a watch gathers for itself; its own name follows. */
export const ownLine = 'watch:';

/** The line that a watch serves, as the entries in it name it: its waiting list, or its own, of those gathered for it. */
export function lineServedBy({ waiting, name }: Pick<WatchDefinition, 'waiting' | 'name'>): string {
  return waiting?.name ?? `${ownLine}${name}`;
}
