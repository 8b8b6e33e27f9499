import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { spanMs, type Span } from '../../src/domain/span.ts';
import { eventually } from '../support/eventually.ts';
import { teapot } from '../support/open-run.ts';
import { runJourney, type RunningJourney } from '../support/run-journey.ts';
import { timeSkippedTest as test, timeSkippingEnvironment } from '../support/time-skipping.ts';

let environment: TestWorkflowEnvironment;
beforeAll(async () => void (environment = await timeSkippingEnvironment()));
afterAll(() => environment.teardown());

/** Tasks and activities take a little of the time that is measured: seconds, where the machine is busy with others. */
const littleMs = 5 * 60_000;
const soonAfter = (span: Span | number) => {
  const ms = typeof span === 'number' ? span : spanMs(span);
  return expect.toSatisfy(
    (came: number) => came >= ms && came < ms + littleMs,
    `${ms} ms and little more`,
  ) as number;
};

const closedAfter = async (journey: RunningJourney) =>
  (await journey.row()).closedAt!.getTime() - journey.run.input.first.at;

describe('the whole way', () => {
  test('nudges a quiet cart, and gives it up as lost', async () => {
    await using journey = await runJourney(environment);
    expect(await journey.handle.result()).toBe('lost');
    const { line, sku, productId, quantity, priceMinor, currency } = teapot;
    const items = [{ line, sku, productId, quantity, priceMinor, currency }];
    expect(journey.asked).toMatchObject([
      { message: 'cart-nudge', nth: 1, channel: 'email', data: { items } },
    ]);
    expect(journey.askedAfter).toEqual([soonAfter('45 minutes')]);
    expect(await journey.row()).toMatchObject({ state: 'closed', outcome: 'lost' });
    expect(await closedAfter(journey)).toEqual(soonAfter(journey.askedAfter[0]! + spanMs('4 days')));
  });

  test('waits longer for a phone', async () => {
    await using journey = await runJourney(environment, { device: 'mobile' });
    expect(await journey.handle.result()).toBe('lost');
    expect(journey.askedAfter).toEqual([soonAfter('3 hours')]);
  });

  test('offers ten percent to a loyal customer, a day after the nudge', async () => {
    await using journey = await runJourney(environment, { orders: 3 });
    expect(await journey.handle.result()).toBe('lost');
    expect(journey.asked.map((ask) => ask.message)).toEqual(['cart-nudge', 'cart-offer']);
    expect(journey.asked[1]).toMatchObject({ nth: 1, data: { percentOff: 10, items: [{ sku: 'teapot' }] } });
    expect(journey.askedAfter[1]! - journey.askedAfter[0]!).toEqual(soonAfter('1 day'));
  });

  test('nudges nobody about an emptied cart', async () => {
    await using journey = await runJourney(environment, { lines: [] });
    expect(await journey.handle.result()).toBe('emptied');
    expect(journey.asked).toEqual([]);
    expect(await journey.row()).toMatchObject({ state: 'closed', outcome: 'emptied' });
  });

  test('a cart that is touched again is quiet only after that, without a signal', async () => {
    await using journey = await runJourney(environment);
    await journey.pass('40 minutes');
    await journey.touch();
    await journey.pass('40 minutes');
    await journey.touch();
    expect(await journey.handle.result()).toBe('lost');
    expect(journey.askedAfter).toEqual([
      expect.toSatisfy((ms) => Math.abs(Number(ms) - spanMs('125 minutes')) < littleMs),
    ]);
  });
});

describe('the order comes', () => {
  const waits: [string, Span, string[]][] = [
    ['while the cart is getting quiet', '10 minutes', []],
    ['in the day after the nudge', '2 hours', ['cart-nudge']],
    ['in the last three days', '2 days', ['cart-nudge', 'cart-offer']],
  ];
  for (const [when, passed, sent] of waits) {
    test(`${when}: the run ends as ordered and sends nothing more`, async () => {
      await using journey = await runJourney(environment, { orders: 3 });
      await journey.pass(passed);
      await journey.order();
      expect(await journey.handle.result()).toBe('ordered');
      expect(journey.asked.map((ask) => ask.message)).toEqual(sent);
      expect(await journey.row()).toMatchObject({ state: 'closed', outcome: 'ordered' });
    });
  }

  test('during the delay of the start: the first task ends the run', async () => {
    await using journey = await runJourney(environment, { startDelay: '45 minutes' });
    await journey.pass('10 minutes');
    await journey.order();
    expect(await journey.handle.result()).toBe('ordered');
    for (const type of ['ACTIVITY_TASK_SCHEDULED', 'MARKER_RECORDED', 'TIMER_STARTED']) {
      expect(await journey.hasHappened(type)).toBe(false);
    }
  });

  test('while the worker was away and the wait ran out: the end beats the timer', async () => {
    await using journey = await runJourney(environment);
    await eventually('the first timer', () => journey.hasHappened('TIMER_STARTED'));
    await journey.stopWorkers();
    // Time stands still while a task waits for a worker: this returns only when there is one again.
    const passing = journey.pass('1 hour');
    await eventually('the timer to run out', () => journey.hasHappened('TIMER_FIRED'));
    await journey.order();
    await journey.startWorkers();
    await passing;
    expect(await journey.handle.result()).toBe('ordered');
    expect(journey.asked).toEqual([]);
  });

  test('while a message is being sent: the call is seen through, then the run ends', async () => {
    let answer = () => {};
    const answered = new Promise<void>((resolve) => void (answer = resolve));
    await using journey = await runJourney(environment, { decide: () => answered });
    const result = journey.handle.result();
    await eventually('the send', () => journey.asked.length === 1);
    await journey.order();
    await eventually('the end', () => journey.hasHappened('WORKFLOW_EXECUTION_SIGNALED'));
    answer();
    expect(await result).toBe('ordered');
    expect(await journey.hasHappened('ACTIVITY_TASK_CANCEL_REQUESTED')).toBe(false);
  });
});

describe('channels', () => {
  test('the next one is tried where the first does not reach', async () => {
    await using journey = await runJourney(environment, {
      decide: ({ channel }) =>
        channel === 'email' ? { state: 'withheld', reason: 'unreachable', arm: null } : {},
    });
    await journey.handle.result();
    expect(journey.asked.map((ask) => [ask.channel, ask.nth])).toEqual([
      ['email', 1],
      ['sms', 1],
    ]);
  });

  test('none is tried after a verdict on the customer', async () => {
    await using journey = await runJourney(environment, {
      decide: () => ({ state: 'withheld', reason: 'capped' }),
    });
    await journey.handle.result();
    expect(journey.asked.map((ask) => ask.channel)).toEqual(['email']);
  });
});

describe('bounds', () => {
  test('a wait that would pass `lasts` ends the run as expired at that moment', async () => {
    // As after a message that was held back for a week: the last wait would end on the eleventh day.
    await using journey = await runJourney(environment, {
      decide: ({ askedAt }) => ({ at: askedAt + spanMs('7 days') }),
    });
    expect(await journey.handle.result()).toBe('expired');
    expect(await closedAfter(journey)).toEqual(soonAfter('10 days'));
    expect(await journey.row()).toMatchObject({ state: 'closed', outcome: 'expired' });
  });

  test('waits count from the delivery, so that a run started anew catches up', async () => {
    await using journey = await runJourney(environment, {
      decide: ({ askedAt }) => ({ at: askedAt - spanMs('2 days') }),
    });
    expect(await journey.handle.result()).toBe('lost');
    expect((await closedAfter(journey)) - journey.askedAfter[0]!).toEqual(soonAfter('2 days'));
  });
});
