import { toKairosMs, toRealMs, toRealSpanMs, type TimeScale } from './domain/time-scale.ts';

/** The one source of time. Whoever needs the time is handed a clock; nothing else reads the system's. */
export interface Clock {
  readonly scale: TimeScale;
  /** Kairos's time, now. */
  now(): Date;
  /** Real time, now: for what comes in from outside and for leases and time-outs of this machine. */
  realNow(): Date;
  /** Kairos's time at a real time. */
  fromReal(real: Date): Date;
  /** The first real time at which Kairos's time is `kairos`. */
  toReal(kairos: Date): Date;
  /** What a span of Kairos's time takes in real milliseconds, rounded up. */
  realSpanMs(kairosSpanMs: number): number;
}

/** A clock over the system's, or over another source of real epoch milliseconds (a test's). */
export function createClock(scale: TimeScale, realNowMs: () => number = () => Date.now()): Clock {
  return {
    scale,
    now: () => new Date(toKairosMs(realNowMs(), scale)),
    realNow: () => new Date(realNowMs()),
    fromReal: (real) => new Date(toKairosMs(real.getTime(), scale)),
    toReal: (kairos) => new Date(toRealMs(kairos.getTime(), scale)),
    realSpanMs: (spanMs) => toRealSpanMs(spanMs, scale),
  };
}
