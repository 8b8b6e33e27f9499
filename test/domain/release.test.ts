import { expect, test } from 'vitest';
import { bounds } from '../../src/domain/bounds.ts';
import type { GateReason, Verdict } from '../../src/domain/delivery.ts';
import { releaseOf, resumedOf } from '../../src/domain/release.ts';

const noon = Date.parse('2026-03-10T12:00:00Z');
const verdict = (reason: GateReason | null, atMs: number): Verdict => ({
  at: new Date(atMs).toISOString(),
  channel: 'email',
  state: 'waiting',
  reason,
  words: '',
});
const paused = verdict('paused', noon - 60_000);
const many = { at: noon, waiting: 10 * bounds.releasedPerSecond };
const given = { id: 'd1', verdicts: [paused], resumed: [many, null], now: noon + 5_000, speed: 1 };

test('those that waited are spread evenly over what their number takes, from the first look after', () => {
  const turns = Array.from({ length: 5_000 }, (_, n) => releaseOf({ ...given, id: `d${n}` })! - given.now);
  expect(Math.min(...turns)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...turns)).toBeLessThan(10_000);
  for (let second = 0; second < 10; second += 1) {
    const share = turns.filter((ms) => Math.floor(ms / 1_000) === second).length / turns.length;
    expect(share).toBeGreaterThan(0.08);
    expect(share).toBeLessThan(0.12);
  }
});

test('a later look finds the same turn, and the rate is one of real seconds', () => {
  const turn = releaseOf(given)!;
  const verdicts = [paused, verdict('pacing', given.now)];
  expect(releaseOf({ ...given, verdicts, now: given.now + 3_000 })).toBe(turn);
  expect(releaseOf({ ...given, speed: 60 })! - given.now).toBeCloseTo((turn - given.now) * 60);
});

test.each([
  ['few waited', { resumed: [{ at: noon, waiting: bounds.releasedPerSecond }] }],
  ['it came after the resume', { verdicts: [verdict('paused', noon + 1)] }],
  ['it never was paused', { verdicts: [verdict('behind', noon - 1)] }],
  ['it was asked for first now', { verdicts: [] }],
  ['nothing was ever resumed', { resumed: [null, null] }],
])('it may go at once: %s', (_, over) => {
  expect(releaseOf({ ...given, ...over })).toBeNull();
});

test.each([
  [undefined, null],
  [{ pausedAt: '2026-03-10T12:00:00Z' }, null],
  [{ resumedAt: 'once', waiting: 5 }, null],
  [
    { resumedAt: '2026-03-10T12:00:00Z', waiting: 5 },
    { at: noon, waiting: 5 },
  ],
])('%j: resumed %j', (stored, resumed) => {
  expect(resumedOf(stored)).toEqual(resumed);
});
