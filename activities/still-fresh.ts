import type { Clock } from '../src/clock.ts';

/**
 * How old the gate's look may be when a call is made, real milliseconds: after that it is asked once more whether sends
 * were paused, for a pause stops every send within a second, however long a commit took.
 */
const freshMs = 250;

/** Whether the look that allowed a call at a time (Kairos's) is young enough. */
export function isStillFresh(clock: Clock, callingAt: Date): boolean {
  return clock.realNow().getTime() - clock.toReal(callingAt).getTime() <= freshMs;
}
