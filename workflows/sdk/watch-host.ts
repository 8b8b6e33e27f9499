import {
  type ActivityOptions,
  condition,
  proxyActivities,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { PageActivities, PageAnswer, PageInput, WatchActivities } from '../../activities/contract.ts';
import { createClock, type Clock } from '../../src/clock.ts';
import { searchAttributes } from '../../src/domain/search-attributes.ts';
import type { WatchInput, WatchWake } from '../../src/domain/watch-input.ts';
import { channelActivity, journeyActivity } from './activity-options.ts';
import type { Ending } from './ending.ts';
import type { WatchInbox } from './watch-inbox.ts';

/** To gather an audience is to go through all customers. */
export const gathering = { startToCloseTimeout: 900_000, heartbeatTimeout: 30_000 };

/** A page of a thousand mails is one call, one of text messages is one call for each: that takes its time. */
const page = { startToCloseTimeout: 900_000, heartbeatTimeout: 30_000 };

/**
 * Carries a watch in Temporal. Everything asked after the end throws before anything happens; what waits for long, or
 * has filled the history, gives way to the next workflow.
 */
export class WatchHost {
  /** Activities under way: the workflow does not end over them. */
  asking = 0;
  /** Whether the code has come to where the next workflow is to go on. */
  isOver = false;
  readonly #clock: Clock;
  readonly #inbox: WatchInbox;
  readonly #ending: Ending;

  constructor(input: WatchInput, inbox: WatchInbox, ending: Ending) {
    this.#clock = createClock(input.clock);
    this.#inbox = inbox;
    this.#ending = ending;
  }

  /** Now, epoch milliseconds of Kairos's time. */
  now(): number {
    return this.#clock.now().getTime();
  }

  /** The newest wake of this name that nobody took yet; of those that stand for themselves the oldest. */
  async hear(name: string): Promise<WatchWake> {
    await this.#ending.check();
    // Looked for first: no task is spent on a wait for what is there already.
    if (!this.#inbox.has(name)) {
      this.show(`waits for ${name}`);
      setCurrentDetails(`waits for ${name}`);
      await condition(() => this.#inbox.has(name) || this.#inbox.isFull);
    }
    return this.#inbox.take(name) ?? this.carryOver();
  }

  /** Every wake up to this `seq` was heard. */
  get heardUpTo(): number {
    return this.#inbox.heardUpTo;
  }

  /**
   * Resolves no earlier than a moment of Kairos's time, at once when it has passed; or, of a pause that a wake may cut,
   * when one is heard beyond this `seq`.
   */
  async pauseUntil(target: number, stage: string, cutBeyond = Infinity): Promise<void> {
    await this.#ending.check();
    const ms = this.#clock.toReal(new Date(target)).getTime() - this.#clock.realNow().getTime();
    const isCut = () => this.#inbox.heardUpTo > cutBeyond;
    if (ms <= 0 || isCut()) return;
    this.show(stage);
    const summary = `${stage} at ${new Date(target).toISOString()}`;
    await condition(() => this.#inbox.isFull || isCut(), ms, { summary });
    if (this.#inbox.isFull) await this.carryOver();
    await this.pauseUntil(target, stage, cutBeyond);
  }

  /** Real milliseconds, for what does not depend on Kairos's time. */
  async rest(ms: number, summary: string): Promise<void> {
    await this.#ending.check();
    await sleep(ms, { summary });
  }

  /** @param takes how long it may take, if it is more than a look into the database. */
  ask<T>(
    summary: string,
    ask: (activities: WatchActivities) => Promise<T>,
    takes: Partial<ActivityOptions> = {},
  ): Promise<T> {
    const options = { ...journeyActivity(summary), ...takes };
    return this.#seeThrough(() => ask(proxyActivities<WatchActivities>(options)));
  }

  servePage(input: PageInput): Promise<PageAnswer> {
    const summary = `wave ${input.wave}: ${input.message} by ${input.channel}`;
    const options = { ...channelActivity(input.channel, summary), ...page };
    return this.#seeThrough(() => proxyActivities<PageActivities>(options).servePage(input));
  }

  /** Gives way to the next workflow if this one's history has grown long. */
  async giveWay(): Promise<void> {
    if (workflowInfo().continueAsNewSuggested || this.#inbox.isFull) await this.carryOver();
  }

  /** Gives way to the next workflow: nothing that was to follow happens in this one. */
  async carryOver(): Promise<never> {
    await this.#ending.check();
    this.isOver = true;
    return new Promise<never>(() => {});
  }

  /** By what an operator finds it. */
  show(stage: string): void {
    upsertSearchAttributes([{ key: searchAttributes.stage, value: stage }]);
  }

  async #seeThrough<T>(ask: () => Promise<T>): Promise<T> {
    await this.#ending.check();
    this.asking += 1;
    try {
      return await ask();
    } finally {
      this.asking -= 1;
    }
  }
}
