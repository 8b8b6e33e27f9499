import { expect, test } from 'vitest';
import { leavesOpen } from '../../src/domain/open-week.ts';
import { weekdays } from '../../src/domain/quiet-rules.ts';

test('whether quiet windows leave any minute of a week open', () => {
  expect(leavesOpen([])).toBe(true);
  expect(leavesOpen([{ from: '21:00', to: '08:00' }])).toBe(true);
  expect(leavesOpen([{ from: '00:00', to: '00:00' }])).toBe(false);
  expect(leavesOpen([{ from: '09:00', to: '09:00', on: weekdays.slice(1) }])).toBe(true);
  const night = { from: '20:00', to: '08:00' } as const;
  expect(leavesOpen([night, { from: '08:00', to: '20:00' }])).toBe(false);
  expect(leavesOpen([night, { from: '08:00', to: '19:59' }])).toBe(true);
  // The last night of the week ends in the next.
  const sunday = { from: '12:00', to: '11:00', on: ['sun'] } as const;
  const others = { from: '00:00', to: '00:00', on: ['tue', 'wed', 'thu', 'fri', 'sat'] } as const;
  const rest = [
    { from: '00:00', to: '12:00', on: ['sun'] },
    { from: '11:00', to: '00:00', on: ['mon'] },
  ] as const;
  expect(leavesOpen([sunday, others, ...rest])).toBe(false);
  expect(leavesOpen([others, ...rest])).toBe(true);
});
