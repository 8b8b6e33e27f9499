import type { Span } from '../domain/span.ts';
import type { WaitingList } from './waiting-list.ts';

/** A level of the world that universal events report, and the way in which it is crossed. */
export interface Crossing {
  /** What is watched: the units of a sku over all its locations. */
  readonly of: 'stock';
  readonly direction: 'falls' | 'rises';
  /** Falls: from above it to it or below. Rises: from it or below to above it. */
  readonly level: number;
}

/** Crossings of a product's stock, in units. From an unknown stock there is no crossing. */
export const stock = {
  /** From more than so many units to so many or fewer: `falls(0)` is sold out. */
  falls: (level: number): Crossing => ({ of: 'stock', direction: 'falls', level }),
  /** From so many units or fewer to more: `rises(0)` is back in stock. */
  rises: (level: number): Crossing => ({ of: 'stock', direction: 'rises', level }),
};

/** How a watch serves its waiting list. */
export interface Wave {
  /** Places in a wave for each unit on the shelf at its start. */
  readonly perUnit: number;
  /** The pause between the start of one wave and the next; at its end the units are counted again. */
  readonly every: Span;
}

/** A watch as routing and the gate know it: data only, made by `watch()` and named by its export. */
export interface WatchDefinition {
  /** The watch for ever: in workflow ids, reports and the API. */
  readonly name: string;
  /** 1, 2 …: which version of its steps new runs take. */
  readonly version: number;
  /** The workflow's type in Temporal: `name`, or `name_v2`. */
  readonly workflowType: string;
  /** What one run watches. */
  readonly subject: 'sku';
  /** Crossings that wake it, by the name its code uses; any of them opens a run. */
  readonly wakes: Readonly<Record<string, Crossing>>;
  /** Whom it serves. */
  readonly waiting: WaitingList;
  /** The share of customers held out, 0 to 1. */
  readonly holdout: number;
  readonly wave: Wave;
  /** Defaults of what an operator may change: `perUnit` and `every` of the wave, and the watch's own. */
  readonly settings: Readonly<Record<string, string | number>>;
}
