import type { Clock } from '../clock.ts';

/** At most so many are remembered; beyond, the one that was held back first is tried again at once. */
export const mostHeldBack = 10_000;
/** The growing pause of what fails while others go on, and the short one when nothing does. Real milliseconds. */
const alone = { firstMs: 1_000, growth: 2, longestMs: 60_000 };
const withAllMs = 5_000;

/**
 * What failed and is left alone for a while, so that it does not stand before what would not fail. In memory: another
 * process finds out by itself.
 */
export class HeldBack {
  private readonly held = new Map<string, { untilMs: number; failures: number }>();
  private readonly clock: Clock;
  private readonly firstMs: number;

  /** @param firstMs What the growing pause begins with; real milliseconds. */
  constructor(clock: Clock, firstMs: number = alone.firstMs) {
    this.clock = clock;
    this.firstMs = firstMs;
  }

  /** @param othersWentOn Then it fails alone and is tried ever more rarely, at least once a minute. */
  hold(what: string, othersWentOn: boolean): void {
    const failures = (this.held.get(what)?.failures ?? 0) + (othersWentOn ? 1 : 0);
    const growing = Math.min(alone.longestMs, this.firstMs * alone.growth ** failures);
    const untilMs = this.nowMs() + (othersWentOn ? growing : withAllMs);
    this.held.delete(what);
    this.held.set(what, { untilMs, failures });
    for (const first of this.held.keys()) {
      if (this.held.size <= mostHeldBack) break;
      this.held.delete(first);
    }
  }

  /** It went well. */
  release(what: string): void {
    this.held.delete(what);
  }

  /** What is to be left alone now. */
  now(): string[] {
    const nowMs = this.nowMs();
    return [...this.held].flatMap(([what, { untilMs }]) => (untilMs > nowMs ? [what] : []));
  }

  private nowMs(): number {
    return this.clock.realNow().getTime();
  }
}
