import { expect, test } from 'vitest';
import type { SendAnswer } from '../../../activities/contract.ts';
import { message } from '../../../src/define/message.ts';
import { spanMs } from '../../../src/domain/span.ts';
import type { Host, SendAsk, Wait } from '../../../workflows/sdk/host.ts';
import { JourneyRun } from '../../../workflows/sdk/journey-run.ts';

const openedAt = Date.parse('2026-03-02T23:30:00Z');
const morning = Date.parse('2026-03-03T08:00:00Z');
const nudge = message({ name: 'nudge', purpose: 'help', channels: ['email', 'sms'] });

/** A run whose time passes only while it sleeps, and whose gate answers one after the other. */
function runWith(answers: Partial<SendAnswer>[], lasts: '10 days' | '6 hours' = '10 days') {
  const [asked, slept]: [SendAsk[], Wait[]] = [[], []];
  let now = openedAt;
  const unasked = () => expect.unreachable('nothing else is asked');
  const host: Host = {
    now: () => now,
    sleep: async (wait) => {
      slept.push(wait);
      now = Math.max(now, wait.target);
    },
    send: async (ask) => {
      asked.push(ask);
      const plain = {
        deliveryId: 'd',
        state: 'accepted',
        reason: null,
        channel: ask.channel,
        arm: null,
      } as const;
      return { ...plain, at: now, until: null, there: null, ...answers.shift() };
    },
    expire: () => Promise.reject(new Error('expired')),
    ...{ hear: unasked, lastActivity: unasked, nextLocalTime: unasked, occasionMoment: unasked },
    ...{ read: unasked, isIn: unasked, drawArm: unasked },
  };
  const rules = { hears: {}, holds: null, lasts, settings: {}, splits: {} };
  const first = { at: openedAt, device: null };
  const clock = { originMs: 0, speed: 1 };
  const input = { runId: 'r', name: 'cart', first, carries: {}, settings: {}, openedAt, clock };
  return { run: new JourneyRun(rules, input, host), asked, slept };
}

const held = { state: 'waiting', reason: 'quiet-hours', until: morning, there: '08:00' } as const;

test('what is held is asked for again at its time, by the same name and on the same channel, as often as it is held', async () => {
  const again = { ...held, until: morning + spanMs('1 hour'), there: null, reason: 'capped' } as const;
  const { run, asked, slept } = runWith([held, again]);
  const answer = await run.send(nudge);
  expect(answer).toMatchObject({ state: 'accepted', channel: 'email', at: again.until });
  const name = { message: 'nudge', nth: 1, channel: 'email' };
  expect(asked).toMatchObject([name, name, name]);
  expect(slept).toEqual([
    {
      target: morning,
      stage: 'held until 08:00 there: quiet-hours',
      summary: 'nudge by email held until 08:00 there: quiet-hours',
    },
    {
      target: again.until,
      stage: 'held: capped',
      summary: 'nudge by email held until 2026-03-03T09:00:00.000Z: capped',
    },
  ]);
  await run.wait('1 day');
  expect(slept.at(-1)!.target).toBe(again.until + spanMs('1 day'));
});

test('a channel that will not do in the morning either gives way to the next', async () => {
  const { run, asked } = runWith([held, { state: 'withheld', reason: 'no-consent' }]);
  expect(await run.send(nudge)).toMatchObject({ state: 'accepted', channel: 'sms' });
  expect(asked.map(({ channel }) => channel)).toEqual(['email', 'email', 'sms']);
});

test('a run that may not last until then ends as expired, and asks no more', async () => {
  const { run, asked, slept } = runWith([held], '6 hours');
  await expect(run.send(nudge)).rejects.toThrow('expired');
  expect(asked).toHaveLength(1);
  expect(slept).toMatchObject([
    {
      target: openedAt + spanMs('6 hours'),
      summary: 'nudge by email held until 08:00 there: quiet-hours; the run ends before that, after 6 hours',
    },
  ]);
});

test('answers of before messages could be held are final', async () => {
  const { run, asked } = runWith([{ state: 'waiting', until: undefined as never }]);
  await run.send(nudge);
  expect(asked).toHaveLength(1);
});

test('to all its channels it goes at once; the one that is held keeps no other, and the furthest is told', async () => {
  const alert = message({ name: 'alert', purpose: 'help', channels: ['email', 'sms'], sendsTo: 'all' });
  const { run, asked } = runWith([{ state: 'failed' }, held, { state: 'accepted', channel: 'sms' }]);
  const answer = await run.send(alert);
  expect(asked.map(({ channel, nth, each }) => [channel, nth, each])).toEqual([
    ['email', 1, true],
    ['sms', 1, true],
    ['sms', 1, true],
  ]);
  expect(answer).toMatchObject({ state: 'accepted', channel: 'sms', at: morning });
});
