/**
 * Kairos's time against real time. Kairos's time equals real time up to the moment the home was made (`originMs`)
 * and runs `speed` times faster from then on. Pure arithmetic, so that workflows, activities and tests share it.
 */
export interface TimeScale {
  /** The real time at which the home was made, epoch milliseconds. */
  readonly originMs: number;
  /** How many times faster than real time, 1 to 3,600. */
  readonly speed: number;
}

/** Real time as it is: what production runs on. */
export const realTime: TimeScale = { originMs: 0, speed: 1 };

/** Kairos's time at a real time; a time before the origin maps unchanged. Epoch milliseconds. */
export function toKairosMs(realMs: number, scale: TimeScale): number {
  if (realMs <= scale.originMs) return realMs;
  return scale.originMs + (realMs - scale.originMs) * scale.speed;
}

/** The first real millisecond at which Kairos's time is at least `kairosMs`. */
export function toRealMs(kairosMs: number, scale: TimeScale): number {
  if (kairosMs <= scale.originMs) return kairosMs;
  return scale.originMs + Math.ceil((kairosMs - scale.originMs) / scale.speed);
}

/** How long a span of Kairos's time takes in real time, rounded up so that nothing comes early. Milliseconds. */
export function toRealSpanMs(spanMs: number, scale: TimeScale): number {
  return Math.ceil(spanMs / scale.speed);
}
