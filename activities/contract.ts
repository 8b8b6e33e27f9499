import type { Channel } from '../src/domain/task-queues.ts';
import type { Arm, DeliveryState, GateReason } from '../src/domain/delivery.ts';

/** Activities on the queue of the journeys themselves. All of them may be repeated without harm. */
export interface JourneyActivities {
  /** The last event that reached the run, epoch milliseconds of Kairos's time. */
  lastActivity(input: { runId: string }): Promise<number>;
  /** What a projection holds for the run's customer and key. */
  readProjection(input: { runId: string; projection: string; read: string }): Promise<unknown>;
  isIn(input: { runId: string; segment: string }): Promise<boolean>;
  /** The arm of the run's customer in a split of its journey. A run that has asked before keeps the arm it was told. */
  drawArm(input: { runId: string; split: string; shares: Record<string, number> }): Promise<string>;
  /**
   * Closes the run's row with an outcome, unless it is owed a dispatch beyond `heard`: then says up to which `seq`.
   * A row that is closed already stays as it is, and its outcome is told.
   */
  closeRun(input: { runId: string; outcome: string; heard: number }): Promise<CloseAnswer>;
}

export type CloseAnswer = { closed: true; outcome: string } | { closed: false; owed: number };

/** One activity on the queue of each channel: passes the gate for that channel and makes the call. */
export interface ChannelActivities {
  sendMessage(input: SendInput): Promise<SendAnswer>;
}

export interface SendInput {
  runId: string;
  message: string;
  /** The n-th time this run sends this message, from 1: with run and message the delivery's name. */
  nth: number;
  channel: Channel;
  /** Ids, quantities and amounts. */
  data: Record<string, unknown>;
  /** When the journey asked, epoch milliseconds of Kairos's time: the gate never judges by an earlier time. */
  askedAt: number;
}

export interface SendAnswer {
  deliveryId: string;
  state: DeliveryState;
  reason: GateReason | null;
  channel: Channel | null;
  arm: Arm | null;
  /** Would-send, or the verdict; epoch milliseconds of Kairos's time: the next wait counts from here. */
  at: number;
}
