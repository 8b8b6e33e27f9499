import { setTimeout as delay } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import type { Clock } from '../src/clock.ts';
import type { Database } from '../src/db/connect.ts';
import { giveTurnsBack, takeTurns } from '../src/db/queries/take-turns.ts';
import { bounds } from '../src/domain/bounds.ts';
import type { Channel } from '../src/domain/task-queues.ts';

/** How many messages a second each channel may take, as far as it is bounded. */
export type Rates = ReadonlyMap<Channel, number>;

/**
 * Turns on channels whose rate is bounded. The limit of a channel's task queue slows the activities on it; that of a page
 * makes many calls. So each call takes as many turns as it has messages, from one row of the database that all workers
 * share: messages by themselves and pages together keep the rate.
 */
export interface Turns {
  /** How many messages a second the channel may take; null: as many as it likes. */
  perSecond(channel: Channel): number | null;
  /** Resolves when it is the turn of so many messages: 0; or at once, with how long it would be: real milliseconds. */
  take(channel: Channel, messages: number, signal?: AbortSignal): Promise<number>;
  /** Of so many that were taken nothing was sent: they are those of others. */
  giveBack(channel: Channel, messages: number): Promise<void>;
}

/** Of workers whose channels have no bound. */
export const unbounded: Turns = { perSecond: () => null, take: async () => 0, giveBack: async () => {} };

/** @param rates as they are now, whenever it is asked. @param pause waits so many real milliseconds. */
export function createTurns(
  { database: { sql }, clock }: { database: Pick<Database, 'sql'>; clock: Clock },
  rates: () => Rates,
  pause: (ms: number, signal?: AbortSignal) => Promise<void> = sleep,
): Turns {
  const perSecond = (channel: Channel) => rates().get(channel) ?? null;
  return {
    perSecond,
    async take(channel, messages, signal) {
      const rate = perSecond(channel);
      if (rate === null) return 0;
      const now = clock.realNow().getTime();
      const spanMs = (messages * 1_000) / rate;
      const turn = await takeTurns(sql, { channel, now, spanMs, before: now + bounds.turnMs });
      const waitMs = Math.max(0, Math.ceil(turn.at - now));
      if (!turn.isTaken) return Math.max(1, waitMs);
      if (waitMs > 0) await pause(waitMs, signal);
      return 0;
    },
    async giveBack(channel, messages) {
      const rate = perSecond(channel);
      if (rate !== null) await giveTurnsBack(sql, { channel, spanMs: (messages * 1_000) / rate });
    },
  };
}

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, signal ? { signal } : {});
}

/** How many messages may share a call, or be called at once: what the channel takes in a second, one at least. */
export function mostAtOnce(turns: Turns, channel: Channel, most: number): number {
  const rate = turns.perSecond(channel);
  return rate === null ? most : Math.min(most, Math.max(1, Math.floor(rate)));
}

/** How many customers a page may have, so that the last of them does not wait for long after the gate has looked. */
export function mostOfPage(turns: Turns, channel: Channel, most: number): number {
  const rate = turns.perSecond(channel);
  return rate === null ? most : Math.min(most, Math.max(1, Math.floor((rate * bounds.pageAtRateMs) / 1_000)));
}

/** Too many are before it: the activity comes back when there are fewer. */
export function turnTaken(waitMs: number): ApplicationFailure {
  return ApplicationFailure.create({
    message: `The channel takes only so many messages a second, and others are before this one for ${waitMs} ms: it comes back.`,
    type: 'pacing',
    // Nothing is wrong: it belongs neither into the log nor among the failures.
    category: 'BENIGN',
    nextRetryDelay: waitMs,
  });
}
