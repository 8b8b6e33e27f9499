import { pausedSince } from '../src/domain/pause.ts';

/** Whether sends are paused and since when, from what is stored under a scope. */
export function shownPause(stored: Record<string, unknown> | undefined): {
  paused: boolean;
  pausedAt: string | null;
} {
  const since = pausedSince(stored);
  return { paused: since !== null, pausedAt: since === null ? null : new Date(since).toISOString() };
}
