import type { Carried } from './run-input.ts';
import type { TimeScale } from './time-scale.ts';

/**
 * So many of the last wakes that a run was told of are kept: a run that is started anew is told them again. Older ones
 * are of no matter to it, and a product that flickers for years would fill the table.
 */
export const toldKept = 100;

/**
 * Of events that stand for themselves, of one name and subject, so many are told at once, and wait to be taken: the
 * newest. Each is served for itself, one after the other, and who is told of twenty is told of too many.
 */
export const occurrencesKept = 20;

/** Something that wakes a watch, as it is told of it. */
export interface WatchWake {
  /** 1, 2 … of this run, without gaps; 0 is the one that started it. */
  seq: number;
  /** The key of the watch's `wakes`. */
  name: string;
  /** When it happened, epoch milliseconds of Kairos's time. */
  at: number;
  /** On the shelf after a crossing of stock; else 0. */
  units: number;
  /** Of an event: what of its data may stand here. Missing in histories of before. */
  data?: Carried;
}

/** A wake by what was written down for it. */
export function wakeCarrying(
  { seq, name, at }: Pick<WatchWake, 'seq' | 'name' | 'at'>,
  { units = 0, ...data }: Carried,
): WatchWake {
  return { seq, name, at, units: Number(units), ...(Object.keys(data).length > 0 ? { data } : {}) };
}

/**
 * The one argument of every watch's workflow: ids, enums, numbers and times only. Later wakes come as the signal
 * `dispatch` with a `RunDispatch` that carries `units`, or what an event does.
 */
export interface WatchInput {
  runId: string;
  /** The watch's name for ever; the workflow's type may have a version behind it. */
  name: string;
  /** As it may stand in a history: the sku, or `~` and its keyed hash. */
  subject: string;
  /** What started it. */
  wake: WatchWake;
  /**
   * Every wake up to this `seq` has been heard or is of no matter any more: 0 for a fresh start. A run that is started
   * anew has the one before the first that it will be told of: waves begin with a recount, so older ones change nothing.
   */
  heardUpTo: number;
  /** What operators had set over the defaults when the run began. */
  settings: Record<string, string | number>;
  /** Epoch milliseconds of Kairos's time. */
  openedAt: number;
  clock: TimeScale;
  /** Where the workflow before this one left off; absent in the first. */
  state?: WatchState;
}

/** All that a watch carries from one of its workflows into the next. */
export interface WatchState {
  /** What the steps of this episode came to, in their order: a step that is done is not done again. */
  done: StepResult[];
  /** The serving under way. */
  serving: Serving | null;
  /** The last wave begun: 1, 2 … of this run. */
  waves: number;
  /** Wakes heard and not taken, and those that came before their turn. */
  inbox: WatchWake[];
  heardUpTo: number;
}

/** A step that is done: what its caller was told. */
export type StepResult = { step: 'until'; wake: WatchWake } | { step: 'serve'; served: Served };

/** A serving under way: how far it has come. */
export interface Serving {
  /** The wave that is going on; null in the pause before one. */
  wave: number | null;
  /** When the next wave may begin, epoch milliseconds of Kairos's time. */
  nextAt: number;
  /** When it may begin if something is heard before; missing in histories of before: as the next may. */
  soonestAt?: number;
  /** What had been heard when the last wave began; missing in histories of before: no pause is cut. */
  heardUpTo?: number;
  /** How often those were looked at in this wave whose events had not taken effect. */
  looks: number;
  /** Over the waves before. */
  served: Served;
  /** The last wave in words, for the operator. */
  words: string;
}

/** What serving those who wait came to, over all its waves. */
export interface Served {
  /** Waves that were begun. */
  waves: number;
  /** Places used: messages that were sent, or would have been but for the holdout. */
  places: number;
  /** Places used by customers who were held out. */
  heldOut: number;
  /** Whether it ended because nothing was left on the shelf, or because what woke the watch was over. */
  soldOut: boolean;
}
