import type { MessageType } from '../../src/define/message.ts';
import type { WaitingList } from '../../src/define/waiting-list.ts';
import type { Crossing, Wave } from '../../src/define/watch.ts';
import type { Span } from '../../src/domain/span.ts';
import type { Served } from '../../src/domain/watch-input.ts';
import type { DataOf, SettingsOf } from './declaration.ts';

/** A crossing that the code waited for. */
export interface Wake {
  readonly name: string;
  /** When it was crossed, epoch milliseconds of Kairos's time. */
  readonly at: number;
  /** On the shelf after it. */
  readonly units: number;
}

/** What the author's code of a watch can do. What is done stays done, however often the workflow begins anew. */
export interface WatchSteps<Wakes, Settings> {
  /** The settings that the run started with, and keeps. */
  readonly settings: SettingsOf<Settings>;
  /** The newest crossing of that name that was heard and not yet waited for; waits for one, however long. */
  until(name: Wakes): Promise<Wake>;
  /**
   * Serves the waiting list, wave after wave, the longest waiting first, until nobody waits who could be served or it
   * is sold out. Each wave has as many places as the shelf allows at its start; each customer passes the gate. The
   * message sees the product beside its data.
   */
  serve<Data>(message: MessageType<Data>, ...data: DataOf<NoInfer<Data>>): Promise<Served>;
}

/** A watch as its author writes it. */
export interface WatchDeclaration<
  Wakes extends Record<string, Crossing>,
  Settings extends Record<string, Span | number>,
> {
  /** What one run watches. */
  subject: 'sku';
  /** Crossings that wake it, by the name its code uses. Any of them opens a run where there is none. */
  wakes: Wakes;
  /** Whom it serves. */
  waiting: WaitingList;
  /** The share of customers who are held out, to measure against; none if not said. */
  holdout?: number;
  /** How many at once, and how long between; an operator may change both. */
  wave: Wave;
  /** What an operator may change besides, with its defaults. */
  settings?: Settings & { [Key in keyof Wave]?: never };
  /** The rule, in one straight line from waking to the end of an episode, whose outcome it returns; then it waits anew. */
  run(product: WatchSteps<keyof Wakes & string, Settings>): Promise<string>;
}
