import { describe, expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { realTime } from '../../src/domain/time-scale.ts';
import { HeldBack, mostHeldBack } from '../../src/routing/held-back.ts';

function setup() {
  let now = 0;
  const held = new HeldBack(createClock(realTime, () => now));
  return {
    held,
    /** For how many seconds something is left alone from now on. */
    secondsOf: (what: string): number => {
      const before = now;
      while (held.now().includes(what)) now += 1_000;
      return (now - before) / 1_000;
    },
  };
}

describe('what is held back', () => {
  test('comes ever more rarely while others go on, but once a minute', () => {
    const { held, secondsOf } = setup();
    const seconds = Array.from({ length: 8 }, () => {
      held.hold('a', true);
      return secondsOf('a');
    });
    expect(seconds).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
    held.release('a');
    expect(held.now()).toEqual([]);
    held.hold('a', true);
    expect(secondsOf('a')).toBe(2);
  });

  test('comes soon after an outage of all, however long that was', () => {
    const { held, secondsOf } = setup();
    for (let i = 0; i < 100; i += 1) held.hold('a', false);
    expect(secondsOf('a')).toBe(5);
  });

  test('is no more than its bound: the first go first', () => {
    const { held } = setup();
    for (let i = 0; i <= mostHeldBack; i += 1) held.hold(`run-${i}`, true);
    const now = held.now();
    expect(now).toHaveLength(mostHeldBack);
    expect(now[0]).toBe('run-1');
  });
});
