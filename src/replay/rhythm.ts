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
 * The time stamps of messages that are posted together, whole milliseconds, for the times they were due: none in the
 * future, none before the last answer (`sinceMs`), each at least a millisecond after the one before where there is one
 * left. On time, each has the moment it was due; posted too late, they come as soon after the last answer as they can.
 *
 * Not before the last answer, because Kairos takes the way of a request off its time stamps
 * (`receivedAt − (sentAt − timestamp)`): after one that was slow, the next could seem to have happened before it.
 */
export function placeTimes(dues: readonly number[], sinceMs: number, nowMs: number): number[] {
  let previous = sinceMs - 1;
  return dues.map((due, index) => {
    // Those that follow need a millisecond each.
    const latest = nowMs - (dues.length - 1 - index);
    previous = Math.min(nowMs, Math.max(Math.floor(Math.min(due, latest)), previous + 1));
    return previous;
  });
}
