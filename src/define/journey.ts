import type { Cap } from '../domain/cap-window.ts';
import type { RunInput } from '../domain/run-input.ts';
import type { Span } from '../domain/span.ts';
import type { Shares } from '../domain/split.ts';
import type { EventType } from './event.ts';
import type { ProductCrossing } from './product-crossing.ts';
import type { Projection } from './projection.ts';
import type { SettingRange } from './setting-range.ts';

/** When a customer may run the same journey with the same key again, counted from the close of the run before. */
export type Again = 'always' | 'never' | `after ${Span}`;

/** A journey as routing and the gate know it: data only, made by `journey()` and named by its export. */
export interface JourneyDefinition {
  /** The journey for ever: in workflow ids, caps, reports and the API. */
  readonly name: string;
  /** 1, 2 …: which version of its steps new runs take. */
  readonly version: number;
  /** The workflow's type in Temporal: `name`, or `name_v2`. */
  readonly workflowType: string;
  readonly starts: EventType;
  /** Outcome by event: each ends an open run at any moment. */
  readonly ends: Readonly<Record<string, EventType>>;
  /** Events that the code waits for, by the name the code uses. */
  readonly hears: Readonly<Record<string, EventType>>;
  /** What happens to the products that its projection names, by the name the code uses; none if missing. */
  readonly hearsOf?: Readonly<Record<string, ProductCrossing>>;
  /** The property that tells one run of a customer from another; null: one run a customer. */
  readonly per: string | null;
  readonly carries: readonly string[];
  readonly holds: Projection | null;
  readonly again: Again;
  readonly lasts: Span;
  /** It sends to the shop's pages, so that a visitor who is on one is within reach. */
  readonly onsite?: boolean;
  /** A start older than this begins nothing. */
  readonly fresh: Span;
  /** The share of customers held out, 0 to 1. */
  readonly holdout: number;
  /** Of its messages to one customer, over all its runs. */
  readonly cap: Cap;
  /** Defaults of the settings that an operator may change. */
  readonly settings: Readonly<Record<string, string | number>>;
  /** Between which numbers an operator may set some of them. */
  readonly ranges?: Readonly<Record<string, SettingRange | undefined>>;
  /** Experiments within the journey, by name: the arms of each and their shares of the customers. */
  readonly splits: Readonly<Record<string, Shares>>;
  /**
   * Until when a run with this input sleeps before its code first does anything (epoch milliseconds of Kairos's
   * time), or null when it does something first. Found by running the code outside Temporal up to its first wait.
   */
  firstWait(input: RunInput): Promise<number | null>;
}
