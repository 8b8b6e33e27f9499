import type { temporal } from '@temporalio/proto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import { abandonedCart } from '../../workflows/journeys/abandoned-cart.ts';
import { teapot } from '../support/open-run.ts';
import { runJourney, type HistoryEvent } from '../support/run-journey.ts';
import { timeSkippedTest as test, timeSkippingEnvironment } from '../support/time-skipping.ts';

let environment: TestWorkflowEnvironment;
beforeAll(async () => void (environment = await timeSkippingEnvironment()));
afterAll(() => environment.teardown());

const decoded = (data: string) => JSON.parse(Buffer.from(data, 'base64').toString()) as unknown;

/** The words at each timer and activity, in their order. */
const summaries = (events: HistoryEvent[]) =>
  events.flatMap(({ userMetadata }) => (userMetadata?.summary ? [decoded(userMetadata.summary.data)] : []));

test('an operator reads what a run waits for, asks and does, and its last verdict', async () => {
  await using journey = await runJourney(environment, { orders: 3 });
  await journey.pass('3 days');
  const { events } = await journey.history();
  expect(summaries(events)).toEqual([
    'quiet until 45 minutes after the last activity in the cart',
    'look for the last activity',
    'read items of the cart',
    'cart-nudge by email',
    '1 day after cart-nudge',
    'is in loyal-shoppers?',
    'read items of the cart',
    'cart-offer by email',
    '3 days after cart-offer',
  ]);
  const { searchAttributes } = await journey.handle.describe();
  expect(searchAttributes).toMatchObject({ KairosStage: ['3 days after cart-offer'] });
  const metadata = await journey.handle.query<temporal.api.sdk.v1.IWorkflowMetadata>(
    '__temporal_workflow_metadata',
  );
  expect(metadata.currentDetails).toBe('cart-offer by email: accepted, delivery cart-offer-1');
});

test('a wait costs one task: the stage is told in the same one as the timer', async () => {
  await using journey = await runJourney(environment);
  await journey.pass('10 minutes');
  const types = (await journey.history()).events.map((event) => event.eventType.replace('EVENT_TYPE_', ''));
  expect(types).toEqual([
    'WORKFLOW_EXECUTION_STARTED',
    'WORKFLOW_TASK_SCHEDULED',
    'WORKFLOW_TASK_STARTED',
    'WORKFLOW_TASK_COMPLETED',
    'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
    'TIMER_STARTED',
  ]);
});

test('the first timer ends when `firstWait` says', async () => {
  for (const device of ['desktop', 'mobile'] as const) {
    await using journey = await runJourney(environment, { device });
    await journey.pass('1 minute');
    const { events } = await journey.history();
    const task = events.find((event) => event.eventType === 'EVENT_TYPE_WORKFLOW_TASK_STARTED')!;
    const timer = events.find((event) => event.eventType === 'EVENT_TYPE_TIMER_STARTED')!;
    const { startToFireTimeout } = timer['timerStartedEventAttributes'] as { startToFireTimeout: string };
    const ends = Date.parse(task['eventTime'] as string) + Number.parseFloat(startToFireTimeout) * 1_000;
    expect(Math.round(ends)).toBe(await abandonedCart.definition.firstWait(journey.run.input));
  }
});

test('a history holds no words of the shop and nothing of the customer', async () => {
  await using journey = await runJourney(environment, { orders: 3 });
  await journey.pass('2 days');
  const { events } = await journey.history();
  const readable = JSON.stringify(events).replace(/"data":"([^"]*)"/g, (_, data: string) =>
    JSON.stringify(decoded(data)),
  );
  expect(readable).toContain('"sku":"teapot"');
  for (const word of [teapot.title!, teapot.url!, journey.run.customerId]) {
    expect(readable.replaceAll(journey.run.workflowId, '')).not.toContain(word);
  }
});
