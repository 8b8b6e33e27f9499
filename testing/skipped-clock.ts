import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { createClock, type Clock } from '../src/clock.ts';
import { realTime } from '../src/domain/time-scale.ts';

/** A clock over the time of a time-skipping server. It stands still between two looks at it. */
export interface SkippedClock {
  clock: Clock;
  /** Puts the clock to the server's time. */
  look(): Promise<void>;
  /** The same activities, each of which looks at the clock first: time may have been skipped since the last look. */
  lookingFirst<Activities extends object>(activities: Activities): Activities;
}

export async function skippedClock(environment: TestWorkflowEnvironment): Promise<SkippedClock> {
  let nowMs = await environment.currentTimeMs();
  const look = async () => {
    // Never back: two looks may be answered in another order than they were asked.
    nowMs = Math.max(nowMs, await environment.currentTimeMs());
  };
  return {
    clock: createClock(realTime, () => nowMs),
    look,
    lookingFirst: <Activities extends object>(activities: Activities) => {
      const looking = Object.entries(activities).map(([name, activity]) => [
        name,
        async (input: never): Promise<unknown> => {
          await look();
          return (activity as (input: never) => Promise<unknown>)(input);
        },
      ]);
      return Object.fromEntries(looking) as Activities;
    },
  };
}
