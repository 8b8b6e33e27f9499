import { expect, test } from 'vitest';
import { createClock } from '../src/clock.ts';
import { realTime } from '../src/domain/time-scale.ts';
import { newId } from '../src/ids.ts';

test('ids sort in the order in which they were made, also within a millisecond and when the clock goes back', () => {
  const times = [5_000, 5_000, 5_000, 4_000, 5_001, 5_001].map((ms) => ms + 1_800_000_000_000);
  const ids = times.map((ms) => newId(createClock(realTime, () => ms)));
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
