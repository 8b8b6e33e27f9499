/** When what was recorded is due. All in epoch milliseconds. */
export interface Rhythm {
  /** The moment of the recording that falls on `startMs`. */
  firstMs: number;
  /** Real time. */
  startMs: number;
  /** Milliseconds of the recording in a real millisecond: Kairos's clock speed times the replay's. */
  pace: number;
}

/** The real time at which a moment of the recording is due; what was recorded before the first is due at the start. */
export function dueMs(recordedMs: number, { firstMs, startMs, pace }: Rhythm): number {
  return startMs + Math.max(0, recordedMs - firstMs) / pace;
}

/**
 * The time stamps of messages that are posted together, whole milliseconds, for the times they were due. In their
 * order, each at least a millisecond after the one before where there is one left, none before the last post
 * (`sinceMs`) and none in the future. On time, each has the moment it was due; posted too late, they share the time
 * since the last post in their own proportions.
 */
export function placeTimes(dues: readonly number[], sinceMs: number, nowMs: number): number[] {
  const first = dues[0]!;
  const last = dues.reduce((latest, due) => Math.max(latest, due), first);
  const isLate = first < sinceMs;
  const stretch = last > first ? (nowMs - sinceMs) / (last - first) : 0;
  let previous = sinceMs - 1;
  return dues.map((due, index) => {
    const own = isLate ? nowMs - (last - due) * stretch : due;
    // Those that follow need a millisecond each.
    const latest = nowMs - (dues.length - 1 - index);
    previous = Math.min(nowMs, Math.max(Math.floor(Math.min(own, latest)), previous + 1));
    return previous;
  });
}
