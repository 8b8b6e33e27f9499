import { z } from 'zod';
import { pausedSince } from '../src/domain/pause.ts';

/** What `shownPause` answers. */
export const pauseSchema = z.object({ paused: z.boolean(), pausedAt: z.iso.datetime().nullable() });

/** Whether sends are paused and since when, from what is stored under a scope. */
export function shownPause(stored: Record<string, unknown> | undefined): z.output<typeof pauseSchema> {
  const since = pausedSince(stored);
  return { paused: since !== null, pausedAt: since === null ? null : new Date(since).toISOString() };
}
