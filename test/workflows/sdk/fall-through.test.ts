import { expect, test } from 'vitest';
import type { SendAnswer } from '../../../activities/contract.ts';
import { fallsThrough, furthest } from '../../../workflows/sdk/fall-through.ts';

const answer = (
  state: SendAnswer['state'],
  reason: SendAnswer['reason'],
  channel: SendAnswer['channel'] = 'email',
) => {
  return { deliveryId: 'd', state, reason, channel, arm: null, at: 0, until: null, there: null };
};

const verdicts: [SendAnswer['state'], SendAnswer['reason'], boolean][] = [
  ['withheld', 'unreachable', true],
  ['withheld', 'no-consent', true],
  ['withheld', 'suppressed', true],
  ['withheld', 'run-closed', false],
  ['withheld', 'erased', false],
  ['withheld', 'irrelevant', false],
  ['withheld', 'capped', false],
  ['held-out', null, false],
  ['accepted', null, false],
  ['failed', null, false],
  ['unknown', null, false],
];
for (const [state, reason, next] of verdicts) {
  test(`after ${state} ${reason ?? ''} the next channel is ${next ? '' : 'not '}tried`, () => {
    expect(fallsThrough(answer(state, reason))).toBe(next);
  });
}

test('the verdict that got furthest is told, of equals the first channel', () => {
  const unreachable = answer('withheld', 'unreachable');
  const noConsent = answer('withheld', 'no-consent', 'sms');
  expect(furthest([unreachable, noConsent])).toBe(noConsent);
  expect(furthest([noConsent, unreachable])).toBe(noConsent);
  expect(furthest([noConsent, { ...noConsent, channel: 'email' }])).toBe(noConsent);
  expect(furthest([noConsent, answer('held-out', null)]).state).toBe('held-out');
});

test('of a message that went to all its channels the one that came furthest is told', () => {
  const [failed, unknown, accepted] = [
    answer('failed', null),
    answer('unknown', null),
    answer('accepted', null, 'sms'),
  ];
  const refused = answer('withheld', 'capped');
  expect(furthest([refused, failed, unknown, accepted])).toBe(accepted);
  expect(furthest([failed, refused, unknown])).toBe(unknown);
  expect(furthest([accepted, { ...accepted, channel: 'email' }])).toBe(accepted);
});
