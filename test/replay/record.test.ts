import { readdir, writeFile } from 'node:fs/promises';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, test as skippable } from 'vitest';
import { spanMs } from '../../src/domain/span.ts';
import { startTestShop } from '../../testing/index.ts';
import { eventually } from '../support/eventually.ts';
import { runJourney, type JourneyOptions, type RunningJourney } from '../support/run-journey.ts';
import { timeSkippedTest, timeSkippingEnvironment } from '../support/time-skipping.ts';
import type { Recordings } from './recordings.ts';

/**
 * Records histories, one stopped in every wait and one for each way to end, when KAIROS_RECORD is set: those of
 * `abandonedCart` as it says here, those of others as `recordings/` says. Record a new version's; those of a released version stay as they are: they are what must go on replaying.
 */
const test = process.env['KAIROS_RECORD'] ? timeSkippedTest : skippable.skip;

let environment: TestWorkflowEnvironment | undefined;
beforeAll(async () => {
  if (process.env['KAIROS_RECORD']) environment = await timeSkippingEnvironment();
});
afterAll(() => environment?.teardown());

/** When the message was asked for that is held at first. */
let heldAt: number | null = null;
const loyal = { orders: 3 };
const timers = (count: number) => async (journey: RunningJourney) => {
  await eventually(`timer ${count}`, async () => (await journey.countOf('TIMER_STARTED')) >= count);
};

const recordings: Record<string, [JourneyOptions, (journey: RunningJourney) => Promise<unknown>]> = {
  quiet: [{}, timers(1)],
  'quiet-again': [
    {},
    async (journey) => {
      await journey.pass('40 minutes');
      await journey.touch();
      await journey.pass('10 minutes');
      await timers(2)(journey);
    },
  ],
  'after-nudge': [loyal, (journey) => journey.pass('2 hours')],
  'after-offer': [loyal, (journey) => journey.pass('2 days')],
  'second-channel': [
    { decide: ({ channel }) => (channel === 'email' ? { state: 'withheld', reason: 'no-consent' } : {}) },
    (journey) => journey.pass('2 hours'),
  ],
  held: [
    {
      decide: ({ askedAt }) => ({
        ...{ state: 'waiting', reason: 'quiet-hours', arm: null },
        ...{ until: askedAt + spanMs('9 hours'), there: '08:00' },
      }),
    },
    (journey) => journey.pass('2 hours'),
  ],
  'held-then-sent': [
    {
      decide: ({ askedAt }) =>
        (heldAt ??= askedAt) === askedAt
          ? {
              state: 'waiting',
              reason: 'quiet-hours',
              arm: null,
              until: askedAt + spanMs('9 hours'),
              there: '08:00',
            }
          : {},
    },
    (journey) => journey.pass('12 hours'),
  ],
  lost: [loyal, (journey) => journey.handle.result()],
  emptied: [{ lines: [] }, (journey) => journey.handle.result()],
  ordered: [
    loyal,
    async (journey) => {
      await journey.pass('2 hours');
      await journey.order();
      await journey.handle.result();
    },
  ],
  'ordered-asleep': [
    { startDelay: '45 minutes' },
    async (journey) => {
      await journey.order();
      await journey.handle.result();
    },
  ],
  cancelled: [
    {},
    async (journey) => {
      await journey.pass('2 hours');
      await journey.handle.cancel();
      await eventually('the end', () => journey.hasHappened('WORKFLOW_EXECUTION_CANCELED'));
    },
  ],
  expired: [
    { decide: ({ askedAt }) => ({ at: askedAt + spanMs('7 days') }) },
    (journey) => journey.handle.result(),
  ],
};

const folder = new URL('recordings/', import.meta.url);
const files = (await readdir(folder)).filter((file) => file.endsWith('.ts'));
const modules = await Promise.all(
  files.map((file) => import(new URL(file, folder).href) as Promise<Record<string, Recordings>>),
);
const others = modules.flatMap((module) => Object.entries(module));

describe('records', () => {
  for (const [name, [options, until]] of Object.entries(recordings)) {
    test(`abandonedCart, ${name}`, async () => {
      await using journey = await runJourney(environment!, options);
      await until(journey);
      await keep(`abandonedCart.${name}`, await journey.history());
    });
  }

  for (const [workflow, recordings] of others) {
    for (const [name, happens] of Object.entries(recordings)) {
      test(`${workflow}, ${name}`, async () => {
        // Awake from the start, so that the first wait has a timer to stop in as well.
        await using shop = await startTestShop({ only: [workflow], asleep: false });
        await happens(shop);
        for (const [part, history] of (await shop.histories(workflow)).entries())
          await keep(`${workflow}.${name}${part === 0 ? '' : `.before-${part}`}`, JSON.parse(history));
      });
    }
  }
});

async function keep(name: string, history: unknown): Promise<void> {
  // Temporal writes down which machine did it; that is nobody's business here.
  const json = JSON.stringify(history, (key, value: unknown) => (key === 'identity' ? 'test' : value));
  await writeFile(new URL(`histories/${name}.json`, import.meta.url), `${json}\n`);
}
