import type { Response } from 'express';
import { sandboxBounds } from './bounds.ts';

/** Leaves a call without an answer until the caller hangs up, or for a minute at most. */
export function hold(res: Response): void {
  const timer = setTimeout(() => res.destroy(), sandboxBounds.holdMs);
  res.once('close', () => clearTimeout(timer));
}
