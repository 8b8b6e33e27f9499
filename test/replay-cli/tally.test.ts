import { expect, test } from 'vitest';
import { sayDuration } from '../../src/replay/say-duration.ts';
import { emptyTally, sayLag, sayProgress, sayTotals } from '../../src/replay/tally.ts';

const tally = { ...emptyTally, posted: 1_234, identified: 200, accepted: 1_230, duplicates: 4 };
const recordedMs = Date.UTC(2019, 9, 1, 1, 12);

test('the line of progress: how much, of when, and how late', () => {
  const status = { tally, line: 1_100, recordedMs, clockSpeed: 3_600, trouble: null };
  const start = '1,234 posted, at line 1,100, 2019-10-01T01:12:00.000Z of the recording';
  expect(sayProgress({ ...status, lateMs: -3_200 })).toBe(`${start}; on time, next in 3.2 s`);
  expect(sayProgress({ ...status, lateMs: 20 })).toBe(`${start}; on time`);
  expect(sayProgress({ ...status, lateMs: 2_400 })).toBe(
    `${start}; behind by 2.4 s (2 h 24 min on Kairos's clock)`,
  );
});

test('what was not taken, and what is wrong now, is in it', () => {
  const status = {
    tally: { ...tally, rejected: 1, faulty: 2 },
    line: 9,
    recordedMs: null,
    lateMs: null,
    clockSpeed: 1,
  };
  expect(sayProgress({ ...status, trouble: 'Kairos answers 503' })).toBe(
    '1,234 posted, at line 9; 1 rejected, 2 faulty lines; Kairos answers 503, trying again',
  );
});

test('the totals', () => {
  expect(sayTotals(tally)).toBe(
    '1,234 posted (200 of them to identify somebody): 1,230 accepted, 4 duplicates, 0 rejected; 0 faulty lines.',
  );
});

test('lengths of time', () => {
  const spans = [40, 59_940, 60_000, 8_640_000, 90_000_000].map(sayDuration);
  expect(spans).toEqual(['0.0 s', '59.9 s', '1 min', '2 h 24 min', '1 d 1 h']);
  expect(sayLag(500, 1)).toBe('0.5 s');
});
