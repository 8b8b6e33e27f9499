import { expect, test } from 'vitest';
import { event } from '../../../src/define/event.ts';
import type { RunInput } from '../../../src/domain/run-input.ts';
import { spanMs } from '../../../src/domain/span.ts';
import { productAdded } from '../../../src/events/product-added.ts';
import { loyalShoppers } from '../../../src/segments/loyal-shoppers.ts';
import { abandonedCart } from '../../../workflows/journeys/abandoned-cart.ts';
import { journey } from '../../../workflows/sdk/journey.ts';

const firstAt = Date.UTC(2026, 0, 5, 9);
const input = (changes: Partial<RunInput> = {}): RunInput => ({
  runId: 'r',
  name: 'n',
  first: { at: firstAt, device: 'desktop' },
  carries: {},
  settings: {},
  openedAt: firstAt + 60_000,
  clock: { originMs: 0, speed: 1 },
  ...changes,
});

const common = {
  starts: productAdded,
  hears: { replied: event('Message Replied') },
  lasts: '10 days',
  cap: { sends: 1, within: '7 days' },
} as const;

test('the abandoned cart sleeps by the device and by the settings that the run has', async () => {
  const { firstWait } = abandonedCart.definition;
  expect(await firstWait(input())).toBe(firstAt + spanMs('45 minutes'));
  expect(await firstWait(input({ first: { at: firstAt, device: 'mobile' } }))).toBe(
    firstAt + spanMs('3 hours'),
  );
  expect(await firstWait(input({ settings: { desk: '10 minutes' } }))).toBe(firstAt + spanMs('10 minutes'));
});

test('a wait counts from the first event, and ends with the run', async () => {
  const waits = (days: number) =>
    journey({ ...common, run: async (run) => (await run.wait(`${days} days`), 'done') });
  expect(await waits(2).definition.firstWait(input())).toBe(firstAt + spanMs('2 days'));
  expect(await waits(20).definition.firstWait(input())).toBe(firstAt + 60_000 + spanMs('10 days'));
});

test('nothing is slept through when something else is asked first, or nothing, or in error', async () => {
  const asks = journey({ ...common, run: async (run) => ((await run.isIn(loyalShoppers)) ? 'yes' : 'no') });
  const hears = journey({
    ...common,
    run: async (run) => ((await run.until('replied', '1 day')) ? 'yes' : 'no'),
  });
  const returns = journey({ ...common, run: async () => 'done' });
  const fails = journey({
    ...common,
    async run() {
      throw new Error('a mistake of the author');
    },
  });
  for (const one of [asks, hears, returns, fails]) expect(await one.definition.firstWait(input())).toBeNull();
});

test('the code does not go on after its first wait, whatever it catches', async () => {
  let wentOn = false;
  const careless = journey({
    ...common,
    async run(run) {
      await run.wait('1 hour').finally(() => (wentOn = true));
      return 'done';
    },
  });
  expect(await careless.definition.firstWait(input())).toBe(firstAt + spanMs('1 hour'));
  await new Promise(setImmediate);
  expect(wentOn).toBe(false);
});
