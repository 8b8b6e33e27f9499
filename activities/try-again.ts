import { ApplicationFailure } from '@temporalio/common';
import type { Clock } from '../src/clock.ts';
import { bounds } from '../src/domain/bounds.ts';
import type { GateReason } from '../src/domain/delivery.ts';

interface Growing {
  firstMs: number;
  growth: number;
  longestMs: number;
}

/** One look after another at a customer who is behind: real milliseconds, growing. */
const behind: Growing = { firstMs: 250, growth: 1.5, longestMs: 4_000 };

/** One look after another while another page has a product that this one tells of: real milliseconds, growing. */
const taken: Growing = { firstMs: 250, growth: 1.2, longestMs: 2_000 };

/** One try after another while others are gathered: real milliseconds, growing. One may take many seconds. */
const gathered: Growing = { firstMs: 500, growth: 1.5, longestMs: 5_000 };

/** One look after another while sending is paused: real milliseconds, growing. Once it is resumed, each has its turn. */
const paused: Growing = { firstMs: 1_000, growth: 2, longestMs: bounds.pausedLookMs };

/** The calls that a provider does not take are made again: real milliseconds, growing; its own word goes before. */
const again = { firstMs: 1_000, growth: 2, longestMs: 60_000, longestAskedMs: 3_600_000 };

/** The looks of a process at what the gate lets wait. */
export class Looks {
  readonly #clock: Clock;
  /** Until when, real, the looks at paused sends take up the rate that they may have together. */
  #takenUntil = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The gate lets wait: it is to look again. */
  again(reason: GateReason, attempt: number): ApplicationFailure {
    const isPaused = reason === 'paused';
    const why = isPaused
      ? 'Paused: an operator has paused this journey or watch, or all sending.'
      : 'Behind: an event of the customer has not taken effect yet.';
    return ApplicationFailure.create({
      message: `${why} The gate looks again.`,
      type: reason,
      // Nothing is wrong: it belongs neither into the log nor among the failures.
      category: 'BENIGN',
      nextRetryDelay: isPaused ? this.#pausedMs(attempt) : growing(behind, attempt),
    });
  }

  /** Of few that are paused each is soon seen to be resumed; of many, so often that all their looks keep the rate. */
  #pausedMs(attempt: number): number {
    const now = this.#clock.realNow().getTime();
    const taken = Math.max(now, this.#takenUntil) + 1_000 / bounds.pausedLooksPerSecond;
    this.#takenUntil = Math.min(taken, now + bounds.longestPausedLookMs);
    return Math.max(growing(paused, attempt), Math.ceil(this.#takenUntil - now));
  }
}

/** Another page is at the gate that tells of a product of this one: two at once would use places that there are not. */
export function listTaken(attempt: number): ApplicationFailure {
  return ApplicationFailure.create({
    message: 'Another page that tells of one of its products is at the gate. This one comes after it.',
    type: 'list-taken',
    // Nothing is wrong: it belongs neither into the log nor among the failures.
    category: 'BENIGN',
    nextRetryDelay: growing(taken, attempt),
  });
}

/** As many audiences are gathered as one worker gathers at once: this one comes after them. */
export function gathersTaken(attempt: number): ApplicationFailure {
  return ApplicationFailure.create({
    message: `${bounds.gathersAtOnce} audiences are being gathered, the bound of this worker. This one comes after them.`,
    type: 'gathers-taken',
    // Nothing is wrong: it belongs neither into the log nor among the failures.
    category: 'BENIGN',
    nextRetryDelay: growing(gathered, attempt),
  });
}

/** The provider did not take it: it is to be called again, after what it asked for. */
export function callAgain(retryAfterMs: number | null, attempt: number): ApplicationFailure {
  const asked = retryAfterMs ? Math.min(retryAfterMs, again.longestAskedMs) : null;
  return ApplicationFailure.create({
    message: 'The provider did not take the message. It is sent again.',
    type: 'not-accepted',
    nextRetryDelay: asked ?? growing(again, attempt),
  });
}

function growing(span: Growing, attempt: number): number {
  return Math.min(span.longestMs, span.firstMs * span.growth ** (attempt - 1));
}
