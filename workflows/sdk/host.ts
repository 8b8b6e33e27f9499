import type { SendAnswer } from '../../activities/contract.ts';
import type { Shares } from '../../src/domain/split.ts';
import type { Channel } from '../../src/domain/task-queues.ts';
import type { DateOffset, LocalTime } from '../../src/domain/date-rule.ts';
import type { HeardEvent } from './declaration.ts';
import type { Wanted } from './wanted.ts';

/** A wait as an operator reads it: `stage` is what can be searched for, `summary` stands at the timer. */
export interface Wait {
  /** Until when, epoch milliseconds of Kairos's time. */
  target: number;
  stage: string;
  summary: string;
}

export interface SendAsk {
  message: string;
  /** The n-th time this run sends this message, from 1. */
  nth: number;
  channel: Channel;
  /** The message goes out on each of its channels: this one is decided for itself. */
  each?: true;
  data: Record<string, unknown>;
}

/**
 * What a run asks of whatever carries it. Two answer: Temporal (`TemporalHost`), and, outside Temporal, the recorder
 * that only wants to know what is asked first (`firstWait`).
 */
export interface Host {
  /** Now, epoch milliseconds of Kairos's time. */
  now(): number;
  /** Resolves no earlier than the target, at once when it has passed. */
  sleep(wait: Wait): Promise<void>;
  /** The oldest such event not taken yet; waits for one up to the target, then null. */
  hear(which: Wanted, wait: Wait): Promise<HeardEvent | null>;
  /** Of all events that reached the run, epoch milliseconds of Kairos's time. */
  lastActivity(): Promise<number>;
  /** The first moment from `from` on at which it is that time where the customer is; both epoch milliseconds of Kairos's time. */
  nextLocalTime(at: LocalTime, from: number): Promise<number>;
  /** That time there on the run's occasion, or so far from it; epoch milliseconds of Kairos's time. */
  occasionMoment(at: LocalTime, offset: DateOffset): Promise<number>;
  read(projection: string, read: string): Promise<unknown>;
  isIn(segment: string): Promise<boolean>;
  /** The arm of the run's customer, the same whenever it is asked. */
  drawArm(split: string, shares: Shares): Promise<string>;
  /** Asks one channel's gate. `isFirst`: no channel has been asked about this message yet, so an ended run asks none. */
  send(ask: SendAsk, isFirst: boolean): Promise<SendAnswer>;
  /** Ends the run as `expired`. */
  expire(): Promise<never>;
}
