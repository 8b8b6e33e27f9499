import { expect, test } from 'vitest';
import { occurredAtMs } from '../../src/domain/occurred-at.ts';

test.each([
  ['no timestamp: when it was received', null, null, 1_000],
  ['no timestamp, though sent: when it was received', null, 500, 1_000],
  ['no sentAt: its timestamp', 400, null, 400],
  ['no sentAt, in the future: when it was received', 2_000, null, 1_000],
  ['both: as long before the receipt as before the sending', 100, 400, 700],
  ['a clock far ahead cancels out', 9_000_100, 9_000_400, 700],
  ['sent before it occurred: when it was received', 500, 400, 1_000],
])('%s', (_, timestampMs, sentAtMs, expected) => {
  expect(occurredAtMs({ timestampMs, sentAtMs, receivedAtMs: 1_000 })).toBe(expected);
});
