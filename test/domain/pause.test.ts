import { expect, test } from 'vitest';
import { pausedSince } from '../../src/domain/pause.ts';

test.each([
  [undefined, null],
  [{}, null],
  [{ settings: { desk: '1 hour' } }, null],
  [{ pausedAt: '2026-03-10T12:00:00.000Z' }, Date.parse('2026-03-10T12:00:00Z')],
])('%j: paused since %s', (stored, since) => {
  expect(pausedSince(stored)).toBe(since);
});

test.each([true, 'today', 5])('what is no time stops sends: %j', (pausedAt) => {
  expect(() => pausedSince({ pausedAt })).toThrow('expected a time. Resume it.');
});
