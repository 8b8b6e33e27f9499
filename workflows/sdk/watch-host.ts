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
import { spanMs, type Span } from '../../src/domain/span.ts';
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
  readonly #runId: string;
  /** When somebody may have waited for too long, epoch milliseconds of Kairos's time. Infinity: nobody ever has. */
  #looksAt: number;

  constructor(
    input: WatchInput,
    { inbox, ending, lasts }: { inbox: WatchInbox; ending: Ending; lasts: Span | null },
  ) {
    this.#clock = createClock(input.clock);
    this.#inbox = inbox;
    this.#ending = ending;
    this.#runId = input.runId;
    this.#looksAt = lasts === null ? Infinity : input.openedAt + spanMs(lasts);
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
      while (!(await this.#heard(name))) await this.#endLongWaits();
    }
    return this.#inbox.take(name) ?? this.carryOver();
  }

  /** Waits for a wake; false: it is time to look who has waited for too long. */
  async #heard(name: string): Promise<boolean> {
    const isHeard = () => this.#inbox.has(name) || this.#inbox.isFull;
    if (isHeard()) return true;
    if (this.#looksAt === Infinity) {
      await condition(isHeard);
      return true;
    }
    const summary = `waits for ${name}; whoever has waited too long by ${new Date(this.#looksAt).toISOString()} waits no more`;
    const ms = this.#realMsUntil(this.#looksAt);
    return ms > 0 && condition(isHeard, ms, { summary });
  }

  /** Ends their waits; with nobody left in line the run ends, and its row is closed already. */
  async #endLongWaits(): Promise<void> {
    await this.giveWay();
    const asked = { runId: this.#runId, heard: this.#inbox.heardUpTo };
    const left = await this.ask('end the waits that have lasted too long', (activities) =>
      activities.endLongWaits(asked),
    );
    if ('nextAt' in left) this.#looksAt = left.nextAt;
    else this.#ending.end(left.closed);
    await this.#ending.check();
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
    const ms = this.#realMsUntil(target);
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

  #realMsUntil(target: number): number {
    return this.#clock.toReal(new Date(target)).getTime() - this.#clock.realNow().getTime();
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
