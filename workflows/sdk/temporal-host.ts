import {
  CancellationScope,
  condition,
  proxyActivities,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { ChannelActivities, JourneyActivities, SendAnswer } from '../../activities/contract.ts';
import { createClock, type Clock } from '../../src/clock.ts';
import type { DateOffset, LocalTime } from '../../src/domain/date-rule.ts';
import type { RunInput } from '../../src/domain/run-input.ts';
import { searchAttributes } from '../../src/domain/search-attributes.ts';
import type { Shares } from '../../src/domain/split.ts';
import { channelActivity } from './activity-options.ts';
import { askDatabase } from './ask-database.ts';
import type { HeardEvent } from './declaration.ts';
import type { Ending } from './ending.ts';
import type { Host, SendAsk, Wait } from './host.ts';
import type { Inbox } from './inbox.ts';
import type { Wanted } from './wanted.ts';

/**
 * Carries a run in Temporal: waits are timers, looks and sends are activities, each with a summary for the operator.
 * Everything asked after the end throws before anything happens.
 */
export class TemporalHost implements Host {
  /** Sends under way: the workflow does not close over them. */
  sending = 0;
  private readonly runId: string;
  readonly #told: number;
  readonly #clock: Clock;
  readonly #inbox: Inbox;
  readonly #ending: Ending;

  constructor(input: RunInput, inbox: Inbox, ending: Ending) {
    this.runId = input.runId;
    this.#told = input.told ?? 0;
    this.#clock = createClock(input.clock);
    this.#inbox = inbox;
    this.#ending = ending;
  }

  now(): number {
    return this.#clock.now().getTime();
  }

  async sleep(wait: Wait): Promise<void> {
    await this.#ending.check();
    for (let ms = this.#msUntil(wait.target); ms > 0; ms = this.#msUntil(wait.target)) {
      show(wait);
      await sleep(ms, { summary: wait.summary });
    }
  }

  async hear(wanted: Wanted, wait: Wait): Promise<HeardEvent | null> {
    await this.#ending.check();
    const ms = this.#msUntil(wait.target);
    // Looked for first: `condition` starts a timer even when what it waits for is there already.
    if (!this.#inbox.has(wanted) && ms > 0) {
      show(wait);
      await condition(() => this.#inbox.has(wanted), ms, { summary: wait.summary });
    }
    // A run that begins late may be in its wait before it was told what came before its end.
    if (this.#inbox.heardUpTo < this.#told)
      await condition(() => this.#inbox.has(wanted) || this.#inbox.heardUpTo >= this.#told);
    const event = this.#inbox.take(wanted);
    return event && { name: event.name, at: event.at, carries: event.carries };
  }

  lastActivity(): Promise<number> {
    const { runId } = this;
    return this.#ask('look for the last activity', (activities) => activities.lastActivity({ runId }));
  }

  nextLocalTime(at: LocalTime, from: number): Promise<number> {
    const { runId } = this;
    return this.#ask(`when is it ${at} there?`, (activities) =>
      activities.nextLocalTime({ runId, at, from }),
    );
  }

  occasionMoment(at: LocalTime, offset: DateOffset): Promise<number> {
    const { runId } = this;
    return this.#ask(`when is the occasion?`, (activities) =>
      activities.occasionMoment({ runId, at, offset }),
    );
  }

  read(projection: string, read: string): Promise<unknown> {
    const input = { runId: this.runId, projection, read };
    return this.#ask(`read ${read} of the ${projection}`, (activities) => activities.readProjection(input));
  }

  isIn(segment: string): Promise<boolean> {
    const { runId } = this;
    return this.#ask(`is in ${segment}?`, (activities) => activities.isIn({ runId, segment }));
  }

  drawArm(split: string, shares: Shares): Promise<string> {
    const input = { runId: this.runId, split, shares };
    return this.#ask(`which arm of ${split}?`, (activities) => activities.drawArm(input));
  }

  /** The gate and the call are one step that nothing cancels: a call under way has to find its way into the ledger. */
  async send(ask: SendAsk, isFirst: boolean): Promise<SendAnswer> {
    // The gate has begun with this message: it says itself what became of it, also when the run ends meanwhile.
    if (isFirst) await this.#ending.check();
    const words = `${ask.message} by ${ask.channel}`;
    const channel = proxyActivities<ChannelActivities>(channelActivity(ask.channel, words));
    const input = { runId: this.runId, ...ask, askedAt: this.now() };
    this.sending++;
    try {
      const answer = await CancellationScope.nonCancellable(() => channel.sendMessage(input));
      setCurrentDetails(`${words}: ${verdict(answer)}`);
      return answer;
    } finally {
      this.sending--;
    }
  }

  async expire(): Promise<never> {
    await this.#ending.check();
    this.#ending.end('expired');
    return this.#ending.check() as Promise<never>;
  }

  async #ask<T>(summary: string, ask: (activities: JourneyActivities) => Promise<T>): Promise<T> {
    await this.#ending.check();
    return askDatabase(summary, ask);
  }

  /** Real milliseconds until a moment of Kairos's time; what has passed is not waited for. */
  #msUntil(target: number): number {
    return this.#clock.toReal(new Date(target)).getTime() - this.#clock.realNow().getTime();
  }
}

/** In the same task as the timer: it costs an event, but no task of its own. */
function show(wait: Wait): void {
  upsertSearchAttributes([{ key: searchAttributes.stage, value: wait.stage }]);
}

function verdict(answer: SendAnswer): string {
  const arm = answer.arm && answer.arm !== 'treated' ? `, ${answer.arm}` : '';
  return `${answer.state}${answer.reason ? ` (${answer.reason})` : ''}${arm}, delivery ${answer.deliveryId}`;
}
