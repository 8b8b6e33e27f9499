/** The times a message came with, real epoch milliseconds; null where it named none. */
export interface MessageTimes {
  timestampMs: number | null;
  sentAtMs: number | null;
  receivedAtMs: number;
}

/**
 * When a message occurred, real epoch milliseconds: `receivedAt − (sentAt − timestamp)`, so that a client's wrong
 * clock cancels out; else, and where that lies before 1970, its `timestamp`; else, and where that does, when it was
 * received. Never in the future.
 */
export function occurredAtMs({ timestampMs, sentAtMs, receivedAtMs }: MessageTimes): number {
  if (timestampMs === null) return receivedAtMs;
  const corrected = sentAtMs === null ? timestampMs : receivedAtMs - (sentAtMs - timestampMs);
  const occurred = [corrected, timestampMs].find((ms) => ms >= 0) ?? receivedAtMs;
  return Math.min(occurred, receivedAtMs);
}
