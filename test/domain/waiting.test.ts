import { expect, test } from 'vitest';
import { waitEndWords } from '../../src/domain/waiting.ts';

const entry = {
  ...{ sku: 'kettle', boughtSku: null, since: new Date('2026-01-01T00:00:00Z') },
  askedAt: null,
  endedAt: new Date('2026-04-01T12:00:00Z'),
};

test.each([
  [null, null],
  ['bought', 'bought it'],
  ['merged', 'became one customer with another who waits for it'],
  ['over', 'what they were to be told of is over'],
  ['expired', 'the watch over kettle ended for them after 91 days: nobody has to wait longer'],
] as const)('why a wait that ended as %s did: %s', (reason, words) => {
  expect(waitEndWords({ ...entry, reason })).toBe(words);
});

test('a short wait is said in hours', () => {
  const endedAt = new Date('2026-01-01T05:10:00Z');
  expect(waitEndWords({ ...entry, reason: 'expired', endedAt })).toContain('after 5 hours');
});

test('of who has asked again it is said how long ago that was', () => {
  const askedAt = new Date('2026-03-02T12:00:00Z');
  expect(waitEndWords({ ...entry, reason: 'expired', askedAt })).toBe(
    'the watch over kettle ended for them 30 days after they last asked: nobody has to wait longer',
  );
});
