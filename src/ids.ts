import { v7 } from 'uuid';
import type { Clock } from './clock.ts';

/** A new uuid v7 that sorts by the clock it is given. */
export function newId(clock: Clock): string {
  return v7({ msecs: clock.now().getTime() });
}
