import { setTimeout as delay } from 'node:timers/promises';

/** Lets a loop sleep until somebody wakes it or a time has passed. A wake that comes before the sleep is kept. */
export class Wakeup {
  private woken = false;
  private rouse: (() => void) | null = null;

  wake(): void {
    this.woken = true;
    this.rouse?.();
  }

  /** Sleeps at most `ms`, or until woken or stopped. */
  async wait(ms: number, stop: AbortSignal): Promise<void> {
    if (!this.woken && !stop.aborted) {
      const slept = new AbortController();
      this.rouse = () => slept.abort();
      await this.pause(ms, AbortSignal.any([slept.signal, stop]));
      this.rouse = null;
    }
    this.woken = false;
  }

  /** Sleeps `ms` whoever wakes, unless stopped. */
  async pause(ms: number, stop: AbortSignal): Promise<void> {
    await delay(ms, undefined, { signal: stop }).catch((error: unknown) => {
      if (!stop.aborted) throw error;
    });
  }
}
