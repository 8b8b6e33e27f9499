import type { RunInput } from '../../src/domain/run-input.ts';
import type { Host } from './host.ts';
import { JourneyRun, type JourneyRules } from './journey-run.ts';

/**
 * Until when a run with this input only sleeps (epoch milliseconds of Kairos's time), or null when its code asks for
 * something else first, or for nothing. Runs the author's code outside Temporal, up to the first thing it asks.
 * `until` counts as something else: a run that sleeps before its first task is not woken by what it hears.
 */
export function firstWait(
  rules: JourneyRules,
  run: (run: JourneyRun) => Promise<string>,
  input: RunInput,
): Promise<number | null> {
  return new Promise((resolve) => {
    const nothing = () => resolve(null);
    // An error of the author's code shows where it can be seen and mended: in the workflow, which then starts at once.
    run(new JourneyRun(rules, input, recorder(resolve))).then(nothing, nothing);
  });
}

/** Tells what is asked first. No answer ever comes, so that the code can neither go on nor catch anything. */
function recorder(tell: (firstWait: number | null) => void): Host {
  const never = <T>(first: number | null): Promise<T> => {
    tell(first);
    return new Promise<T>(() => {});
  };
  return {
    now: () => 0,
    sleep: (wait) => never(wait.target),
    hear: () => never(null),
    lastActivity: () => never(null),
    nextLocalTime: () => never(null),
    occasionMoment: () => never(null),
    read: () => never(null),
    isIn: () => never(null),
    drawArm: () => never(null),
    send: () => never(null),
    expire: () => never(null),
  };
}
