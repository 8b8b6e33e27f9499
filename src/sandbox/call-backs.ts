import { setMaxListeners } from 'node:events';
import type { Log } from '../log.ts';
import { sandboxBounds } from './bounds.ts';

/** What is posted to Kairos, made anew for each try: a signature is as old as its post. */
export interface CallBack {
  url: string;
  make: () => { headers: Record<string, string>; body: Buffer };
}

/**
 * Posts to Kairos as providers do: until it is taken (2xx), with growing pauses, so that nothing is lost while the API is
 * away. Call-backs that depend on each other are one after the other, others beside each other. They do not outlive the
 * process.
 */
export class CallBacks {
  readonly #log: Log;
  readonly #stopped = new AbortController();
  #waiting = 0;
  #underWay = 0;
  readonly #turns: (() => void)[] = [];

  constructor(log: Log) {
    this.#log = log;
    // Each that waits listens for the end, and Node would take so many for a leak.
    setMaxListeners(0, this.#stopped.signal);
  }

  /** Tells one thing after the other, in the background; after a while, real milliseconds. */
  tell(callBacks: readonly CallBack[], afterMs: number): void {
    if (callBacks.length === 0) return;
    if (this.#waiting + callBacks.length > sandboxBounds.callBacks) {
      this.#log.warn({ bound: sandboxBounds.callBacks }, 'too many call-backs wait: one is not told');
      return;
    }
    this.#waiting += callBacks.length;
    void this.#tellAll(callBacks, afterMs);
  }

  async #tellAll(callBacks: readonly CallBack[], afterMs: number): Promise<void> {
    await this.#pause(afterMs);
    for (const one of callBacks) {
      await this.#untilTaken(one);
      this.#waiting -= 1;
    }
  }

  /** Tries once and says with what status it was answered; null when it was not. What was not taken is tried on. */
  async tellNow(callBack: CallBack): Promise<number | null> {
    const status = await this.#post(callBack);
    if (!isTaken(status)) this.tell([callBack], sandboxBounds.callBackPauseMs);
    return status;
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #untilTaken(callBack: CallBack): Promise<void> {
    let pauseMs: number = sandboxBounds.callBackPauseMs;
    for (let tries = 1; !this.#stopped.signal.aborted; tries += 1) {
      const status = await this.#inTurn(() => this.#post(callBack));
      if (isTaken(status) || this.#stopped.signal.aborted) return;
      const said = { path: new URL(callBack.url).pathname, status, tries };
      if (tries >= sandboxBounds.callBackTries) return void this.#log.warn(said, 'a call-back was given up');
      this.#log.debug(said, 'a call-back was not taken and is tried again');
      await this.#pause(pauseMs);
      pauseMs = Math.min(pauseMs * 2, sandboxBounds.callBackLongestPauseMs);
    }
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#underWay >= sandboxBounds.callBacksAtOnce)
      await new Promise<void>((turn) => this.#turns.push(turn));
    else this.#underWay += 1;
    try {
      return await work();
    } finally {
      const next = this.#turns.shift();
      if (next) next();
      else this.#underWay -= 1;
    }
  }

  async #post({ url, make }: CallBack): Promise<number | null> {
    const { headers, body } = make();
    const signal = AbortSignal.any([AbortSignal.timeout(sandboxBounds.callBackMs), this.#stopped.signal]);
    try {
      const answer = await fetch(url, { method: 'POST', headers, body: new Uint8Array(body), signal });
      await answer.arrayBuffer();
      return answer.status;
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#log.debug({ err: error }, 'a call-back got no answer');
      return null;
    }
  }

  #pause(ms: number): Promise<void> {
    if (this.#stopped.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#stopped.signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#stopped.signal.addEventListener('abort', end);
    });
  }
}

const isTaken = (status: number | null) => status !== null && status >= 200 && status < 300;
