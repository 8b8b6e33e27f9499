import type { TimeScale } from './time-scale.ts';

/** Properties that a journey lists in `carries`, as they may stand in a Temporal history. */
export type Carried = Record<string, string | number | boolean>;

/** What is known of the event that started a run. */
export interface FirstEvent {
  /** When it occurred, epoch milliseconds of Kairos's time. */
  at: number;
  device: 'mobile' | 'tablet' | 'desktop' | null;
}

/** The one argument of every journey's workflow. Ids, enums, numbers and times only: it stands in the history for ever. */
export interface RunInput {
  runId: string;
  /** The journey's name for ever; the workflow's type may have a version behind it. */
  name: string;
  first: FirstEvent;
  carries: Carried;
  settings: Record<string, string | number>;
  /** Epoch milliseconds of Kairos's time; `lasts` counts from here. */
  openedAt: number;
  /**
   * Of a run that begins later than what it was to hear: the `seq` of the last that it is told of that. A wait for an
   * event that is over by then ends only when it has heard all of them.
   */
  told?: number;
  clock: TimeScale;
}

/** At most so many events are heard by a run; after them only its ending is, and nothing else is dispatched. */
export const maxHeard = 1_000;

/** The signal that carries a `RunDispatch`. A durable name. */
export const dispatchSignal = 'dispatch';

/** What a run is told by the signal `dispatch`: an event it hears, or the event that ended it. Repeats are harmless. */
export interface RunDispatch {
  /** 1, 2 … of this run, without gaps; the start was 0. */
  seq: number;
  kind: 'event' | 'end';
  eventId: string;
  /** The event's name. */
  name: string;
  /** Epoch milliseconds of Kairos's time. */
  at: number;
  carries: Carried;
  /** Of an end: the outcome, a key of `ends`, or `merged`, `moved`, `erased`. */
  outcome?: string;
}
