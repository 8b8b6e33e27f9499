import { ApplicationFailure, CancelledFailure, WorkflowFailedError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { CloseAnswer, JourneyActivities } from '../../activities/contract.ts';
import { spanMs } from '../../src/domain/span.ts';
import { bundleFixtures } from '../support/bundle-fixtures.ts';
import { eventually } from '../support/eventually.ts';
import { runJourney, type JourneyOptions, type RunningJourney } from '../support/run-journey.ts';
import { timeSkippedTest as test, timeSkippingEnvironment } from '../support/time-skipping.ts';

let environment: TestWorkflowEnvironment;
let fixtures: string;
beforeAll(async () => {
  environment = await timeSkippingEnvironment();
  fixtures = await bundleFixtures('journeys.ts');
});
afterAll(() => environment.teardown());

const runFixture = (workflowType: string, options: JourneyOptions = {}) =>
  runJourney(environment, { ...options, workflowType, workflowBundle: fixtures });

describe('cancelled in the Temporal UI', () => {
  test('ends as cancelled, in the row and in Temporal', async () => {
    await using journey = await runJourney(environment);
    await journey.pass('2 hours');
    await journey.handle.cancel();
    const error: unknown = await journey.handle.result().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    expect((await journey.handle.describe()).status.name).toBe('CANCELLED');
    expect(await journey.row()).toMatchObject({ state: 'closed', outcome: 'cancelled' });
  });

  test('sends nothing more, even when the code swallows it', async () => {
    await using journey = await runFixture('swallower');
    await journey.pass('1 hour');
    await journey.handle.cancel();
    await expect(journey.handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
    expect(journey.asked).toEqual([]);
    expect(await journey.row()).toMatchObject({ state: 'closed', outcome: 'cancelled' });
  });
});

describe('an ending', () => {
  test('that the code swallows sends nothing, and is the outcome', async () => {
    await using journey = await runFixture('swallower');
    await journey.pass('25 hours');
    expect(journey.asked).toHaveLength(1);
    await journey.order();
    expect(await journey.handle.result()).toBe('ordered');
    expect(journey.asked).toHaveLength(1);
  });

  test('acts at once, although an event before it is missing', async () => {
    await using journey = await runFixture('listener');
    await journey.owe('Message Replied');
    await journey.order();
    expect(await journey.handle.result()).toBe('ordered');
  });

  test('keeps the messages of one kind apart by their number', async () => {
    await using journey = await runFixture('swallower');
    await journey.pass('60 hours');
    await journey.order();
    await journey.handle.result();
    expect(journey.asked.map((ask) => ask.nth)).toEqual([1, 2]);
  });
});

describe('a send that goes from channel to channel', () => {
  test('asks the next one although the run has ended meanwhile: the gate says what became of the message', async () => {
    const running: { journey?: RunningJourney } = {};
    await using journey = await runFixture('hasty', {
      decide: async ({ channel }) => {
        if (channel === 'sms') return { state: 'withheld', reason: 'run-closed' };
        await eventually('the run under test', () => running.journey);
        await running.journey!.order();
        return { state: 'withheld', reason: 'unreachable' };
      },
    });
    running.journey = journey;
    expect(await journey.handle.result()).toBe('ordered');
    expect(journey.asked.map(({ channel }) => channel)).toEqual(['email', 'sms']);
  });
});

describe('dispatches', () => {
  test('are heard once and in their order, however they come', async () => {
    await using journey = await runFixture('listener');
    const first = await journey.owe('Message Replied');
    const second = await journey.owe('Message Replied');
    for (const dispatch of [second, second, first, first, second]) await journey.tell(dispatch);
    expect(await journey.handle.result()).toBe('reply-1-reply-2');
  });

  test('that come during the wait for them end it', async () => {
    await using journey = await runFixture('listener');
    await journey.pass('2 hours');
    await journey.tell(await journey.owe('Message Replied'));
    expect(await journey.handle.result()).toBe('reply-1-none');
    const asked = (await journey.row()).closedAt!.getTime() - journey.run.input.first.at;
    expect(asked).toBeGreaterThanOrEqual(spanMs('27 hours'));
    // Unheard, it would wait for days; real time passes meanwhile.
    expect(asked).toBeLessThan(spanMs('27 hours') + 10 * 60_000);
  });

  test('that never come leave the code with nothing', async () => {
    await using journey = await runFixture('listener');
    expect(await journey.handle.result()).toBe('none-none');
  });
});

describe('the database', () => {
  const closing = (fail: (attempt: number) => Error | null) => {
    let attempt = 0;
    return (real: JourneyActivities): Partial<JourneyActivities> => ({
      closeRun(input) {
        const error = fail(++attempt);
        return error ? Promise.reject(error) : real.closeRun(input);
      },
    });
  };
  const counts = async (journey: RunningJourney) => ({
    inTask: await journey.countOf('MARKER_RECORDED'),
    queued: await journey.countOf('ACTIVITY_TASK_SCHEDULED'),
  });

  test('is asked within the task, without a way through a queue', async () => {
    await using journey = await runJourney(environment);
    expect(await journey.handle.result()).toBe('lost');
    // Activity, items, segment and close; the one activity of a queue is the send.
    expect(await counts(journey)).toEqual({ inTask: 4, queued: 1 });
  });

  test('that is away is asked again by an activity that is tried until it is back, and that an operator sees', async () => {
    await using journey = await runJourney(environment, {
      activities: closing((attempt) => (attempt <= 5 ? new Error('The database is away') : null)),
    });
    expect(await journey.handle.result()).toBe('lost');
    expect(await counts(journey)).toEqual({ inTask: 4, queued: 2 });
    expect(await journey.row()).toMatchObject({ state: 'closed', outcome: 'lost' });
  });

  test('is not asked again for what cannot succeed', async () => {
    await using journey = await runJourney(environment, {
      activities: closing(() => ApplicationFailure.nonRetryable('There is no such run', 'not-found')),
    });
    await expect(journey.handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
    expect(await counts(journey)).toEqual({ inTask: 4, queued: 1 });
  });
});

describe('the close', () => {
  test('waits for a dispatch that the run is owed, and hears it', async () => {
    const answers: CloseAnswer[] = [];
    const running: { journey?: RunningJourney } = {};
    let owed: Awaited<ReturnType<RunningJourney['owe']>> | null = null;
    await using journey = await runJourney(environment, {
      activities: (real) => ({
        // Routing is quicker than the close: it has written an event for the run that the run has not been told.
        async closeRun(input) {
          owed ??= await running.journey!.owe('Message Replied');
          const answer = await real.closeRun(input);
          answers.push(answer);
          return answer;
        },
      }),
    });
    running.journey = journey;
    await journey.pass('5 days');
    await eventually('the first answer', () => answers.length === 1);
    expect(answers).toEqual([{ closed: false, owed: 1 }]);
    expect(await journey.row()).toMatchObject({ state: 'open' });
    await journey.tell(owed!);
    expect(await journey.handle.result()).toBe('lost');
    expect(answers[1]).toEqual({ closed: true, outcome: 'lost' });
  });

  test('yields to an ending that was quicker', async () => {
    const running: { journey?: RunningJourney } = {};
    await using journey = await runJourney(environment, {
      activities: (real) => ({
        async closeRun(input) {
          await running.journey!.owe('Order Completed', 'ordered');
          return real.closeRun(input);
        },
      }),
    });
    running.journey = journey;
    expect(await journey.handle.result()).toBe('ordered');
    expect(await journey.row()).toMatchObject({ outcome: 'ordered' });
  });
});

describe('expiry', () => {
  test('comes in the middle of a wait that is too long', async () => {
    await using journey = await runFixture('hasty');
    expect(await journey.handle.result()).toBe('expired');
    expect(await journey.row()).toMatchObject({ state: 'closed', outcome: 'expired' });
  });

  test('comes before a send that is asked for too late', async () => {
    await using journey = await runFixture('hasty', { startDelay: '11 days' });
    expect(await journey.handle.result()).toBe('expired');
    expect(journey.asked).toEqual([]);
  });
});
