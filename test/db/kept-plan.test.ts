import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { RecentSizes } from '../../src/db/queries/kept-plan.ts';
import { realTime } from '../../src/domain/time-scale.ts';

test('sizes are asked for again a second later, not by each statement', async () => {
  let now = 0;
  let asked = 0;
  const recent = new RecentSizes(createClock(realTime, () => now));
  const sizes = () => recent.now(async () => `${(asked += 1)}`);
  expect(await sizes()).toBe('1');
  now = 1_000;
  expect(await sizes()).toBe('1');
  now = 1_001;
  expect(await sizes()).toBe('2');
});

test('sizes that could not be had are asked for again at once', async () => {
  const recent = new RecentSizes(createClock(realTime, () => 0));
  await expect(recent.now(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await recent.now(async () => '1')).toBe('1');
});
