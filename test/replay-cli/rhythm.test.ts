import { describe, expect, test } from 'vitest';
import { dueMs, placeTimes } from '../../src/replay/rhythm.ts';

describe('when a message is due', () => {
  const rhythm = { firstMs: 1_000_000, startMs: 50, pace: 60 };

  test('an hour of the recording takes a minute at 60 times', () => {
    expect(dueMs(1_000_000 + 3_600_000, rhythm)).toBe(50 + 60_000);
  });

  test('what was recorded before the first is due at the start', () => {
    expect(dueMs(999_999, rhythm)).toBe(50);
  });
});

describe('time stamps of what is posted together', () => {
  test('on time, each has the moment it was due', () => {
    expect(placeTimes([110.4, 120, 150.9], 100, 200)).toEqual([110, 120, 150]);
  });

  test('what was recorded at one moment stays in order, a millisecond apart', () => {
    expect(placeTimes([150, 150, 150], 100, 200)).toEqual([150, 151, 152]);
  });

  test('they stay in order also where the moment is now, and none lies in the future', () => {
    expect(placeTimes([200, 200, 200], 100, 200)).toEqual([198, 199, 200]);
  });

  test('where there are more messages than milliseconds they share the last', () => {
    expect(placeTimes([199, 199, 199, 199], 198, 200)).toEqual([198, 199, 200, 200]);
  });

  test('too late, they come as soon after the last answer as they can', () => {
    expect(placeTimes([10, 20, 101, 150], 100, 200)).toEqual([100, 101, 102, 150]);
  });

  test('too late and many, they come between the last answer and now', () => {
    expect(placeTimes([10, 20, 30, 40], 100, 102)).toEqual([100, 101, 102, 102]);
  });

  test('one that was recorded out of order keeps its place in the file', () => {
    expect(placeTimes([150, 120, 160], 100, 200)).toEqual([150, 151, 160]);
  });
});
