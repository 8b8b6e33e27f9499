import { expect, test } from 'vitest';
import { Looks } from '../../activities/try-again.ts';
import { createClock } from '../../src/clock.ts';
import { bounds } from '../../src/domain/bounds.ts';
import { realTime } from '../../src/domain/time-scale.ts';

/** How many looks a second so many paused sends take, once they are spread, and after how long each is looked at. */
function paused(sends: number) {
  let nowMs = 0;
  const looks = new Looks(createClock(realTime, () => nowMs));
  const dueMs = Array.from({ length: sends }, () => 0);
  const delays: number[] = [];
  const lastMs = 200_000;
  for (;;) {
    const first = dueMs.indexOf(Math.min(...dueMs));
    nowMs = dueMs[first]!;
    if (nowMs >= lastMs) break;
    const delayMs = looks.again('paused', 10).nextRetryDelay as number;
    if (nowMs >= lastMs / 2) delays.push(delayMs);
    dueMs[first] = nowMs + delayMs;
  }
  return { perSecond: (delays.length * 2_000) / lastMs, longestMs: Math.max(...delays) };
}

test('a few paused sends are looked at every five seconds, and many together no more often than the bound', () => {
  expect(paused(50)).toEqual({ perSecond: 10, longestMs: bounds.pausedLookMs });
  const many = paused(1_000);
  expect(many.perSecond).toBeLessThan(bounds.pausedLooksPerSecond * 1.05);
  expect(many.longestMs).toBeLessThan(11_000);
});

test('none is looked at later than the longest', () => {
  const looks = new Looks(createClock(realTime, () => 0));
  const delays = Array.from({ length: 10_000 }, () => looks.again('paused', 1).nextRetryDelay as number);
  expect(Math.max(...delays)).toBe(bounds.longestPausedLookMs);
});
