import type { TimeScale } from './time-scale.ts';

/** A crossing as a watch is told of it. */
export interface WatchWake {
  /** 1, 2 … of this run, without gaps; 0 is the one that started it. */
  seq: number;
  /** The key of the watch's `wakes`. */
  name: string;
  /** When it was crossed, epoch milliseconds of Kairos's time. */
  at: number;
  /** On the shelf after the crossing. */
  units: number;
}

/**
 * The one argument of every watch's workflow: ids, enums, numbers and times only. Later wakes come as the signal
 * `dispatch` with a `RunDispatch` that carries `units`.
 */
export interface WatchInput {
  runId: string;
  /** The watch's name for ever; the workflow's type may have a version behind it. */
  name: string;
  /** As it may stand in a history: the sku, or `~` and its keyed hash. */
  subject: string;
  /** The crossing that started it. */
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
  /** Where the run before this one left off; absent at the first. */
  state?: WatchState;
}

/** All that a watch carries from one run of its workflow into the next. */
export interface WatchState {
  /** What the steps of this episode came to, in their order: a step that is done is not done again. */
  done: StepResult[];
  /** The wave under way, or the one to begin. */
  wave: WaveState | null;
  /** The last wave begun: 1, 2 … of this run. */
  waves: number;
  /** Wakes heard and not taken. */
  inbox: WatchWake[];
  heardUpTo: number;
}

/** A step that is done: what its caller was told. */
export type StepResult = { step: 'until'; wake: WatchWake } | { step: 'serve'; result: Served };

/** What serving the waiting came to, over all its waves. */
export interface Served {
  /** Waves that were begun. */
  waves: number;
  /** Would-sends: places used. */
  places: number;
  /** Of them held out. */
  heldOut: number;
}

/** A wave: how far it has come. */
export interface WaveState {
  /** When it may begin, epoch milliseconds of Kairos's time. */
  beginsAt: number;
  served: Served;
}
