import type { WeatherRegion } from '../src/domain/weather.ts';
import type { Channel } from '../src/domain/task-queues.ts';
import type { DateOffset, LocalTime } from '../src/domain/date-rule.ts';
import type { Arm, DeliveryState, GateReason } from '../src/domain/delivery.ts';

/** Activities on the queue of the journeys themselves. All of them may be repeated without harm. */
export interface JourneyActivities {
  /** The last event that reached the run, epoch milliseconds of Kairos's time. */
  lastActivity(input: { runId: string }): Promise<number>;
  /**
   * The first moment from `from` on at which it is that time where the run's customer is; both epoch milliseconds of
   * Kairos's time.
   */
  nextLocalTime(input: { runId: string; at: LocalTime; from: number }): Promise<number>;
  /** That time there on the occasion that the run is about, or so far from it; epoch milliseconds of Kairos's time. */
  occasionMoment(input: { runId: string; at: LocalTime; offset: DateOffset }): Promise<number>;
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

/** Activities of watches on the queue of the journeys. All of them may be repeated without harm. */
export interface WatchActivities {
  /** Puts who is in the watch's audience now into its line, once for each dispatch (`seq`) that woke it. */
  gather(input: { runId: string; seq: number }): Promise<Gathered>;
  /**
   * Counts the shelf and begins the wave of this number, or says why there is none to begin. If the run has come to
   * that wave or a later one before, the latest is gone on with, or the one after it begun when it is over, and its pause
   * too if another was to follow: a run that is started anew serves nobody twice. `heard`: up to which `seq` the run has
   * heard its wakes; missing in histories of before.
   */
  beginWave(input: { runId: string; wave: number; message: string; heard?: number }): Promise<WaveBegun>;
  /** What the wave came to, and whether another one may serve somebody whom it did not; asked again, the same. */
  endWave(input: { runId: string; wave: number; message: string }): Promise<WaveEnd>;
  /**
   * The workflow's type of the newest version of the run's watch that this worker knows, which is the run's from then
   * on. Asked between two episodes, where no step of the version before is under way. With an `end`, and nobody in line,
   * the run is closed with that outcome instead, unless it is owed a dispatch beyond `heard`: what happens next opens
   * another.
   */
  newestVersion(input: {
    runId: string;
    end?: { outcome: string; heard: number };
  }): Promise<string | { closed: string }>;
  /**
   * Ends the waits of those in line who have waited, and not asked again, for as long as the watch lasts. With nobody
   * left the run is closed as `expired`, unless it is owed a dispatch beyond `heard`; else says when to look again, epoch
   * milliseconds of Kairos's time. A run that is closed already stays as it is, and its outcome is told.
   */
  endLongWaits(input: { runId: string; heard: number }): Promise<{ closed: string } | { nextAt: number }>;
}

/** How many were found who were not in line yet. */
export interface Gathered {
  customers: number;
}

/** What a schedule does on the queue of the journeys. It may be repeated without harm. */
export interface WeatherActivities {
  /** Takes the forecasts for a region from the feed. `poll` tells one poll from another: within it each day counts once. */
  fetchForecasts(input: WeatherRegion & { poll: string }): Promise<{ accepted: number }>;
}

export type WaveBegun =
  | {
      kind: 'begun';
      wave: number;
      /** When the next wave may begin, epoch milliseconds of Kairos's time. */
      nextAt: number;
    }
  | { kind: 'none'; soldOut: boolean };

export interface WaveEnd {
  /** On the shelf at its beginning, null where there is none, and the places that made. */
  units: number | null;
  places: number;
  /** Places used, held-out customers among them. */
  used: number;
  heldOut: number;
  /** Looked at and passed over: they keep their place for the next wave. */
  withheld: number;
  /** On the shelf now; null where there is none, and 0 when what woke the watch is over. */
  unitsLeft: number | null;
  goesOn: boolean;
  /**
   * When the next wave may begin, epoch milliseconds of Kairos's time: with nobody left but those where it is quiet, not
   * before it is morning for the first of them. Missing in histories of before.
   */
  nextAt?: number;
}

/** One activity on the queue of each channel: passes the gate for that channel and makes the call. */
export interface ChannelActivities {
  sendMessage(input: SendInput): Promise<SendAnswer>;
}

/** The same for a watch, for many customers at once. */
export interface PageActivities {
  /** Serves the next page of a wave's customers, those who have waited longest. */
  servePage(input: PageInput): Promise<PageAnswer>;
}

export interface PageInput {
  runId: string;
  wave: number;
  message: string;
  channel: Channel;
  /** The page takes the next of the line although its channel is not the first: the channels before reach none of them. */
  line?: true;
  /** Ids, quantities and amounts. */
  data: Record<string, unknown>;
  /** 0, and 1, 2 … when the wave looks again at customers whose events had not taken effect. */
  look: number;
  /** When the watch asked, epoch milliseconds of Kairos's time: the gate never judges by an earlier time. */
  askedAt: number;
}

export interface PageAnswer {
  /** The channel whose page comes next; null when nobody is left to look at, or no place. */
  next: Channel | null;
  /** That page takes the next of the line, whom the channels before it do not reach. */
  line?: true;
  /** Whether there are places left, and customers whose events had not taken effect. */
  lookAgain: boolean;
}

export interface SendInput {
  runId: string;
  message: string;
  /** The n-th time this run sends this message, from 1: with run and message the delivery's name. */
  nth: number;
  channel: Channel;
  /** The message goes out on each of its channels: this one is decided for itself. */
  each?: true;
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
  /**
   * It is held: the gate is to be asked for the same again then, and not before. Epoch milliseconds of Kairos's time;
   * null when the answer is final.
   */
  until: number | null;
  /** That moment on the customer's own clock, `08:00`, where the clock is why it is held. */
  there: string | null;
}
