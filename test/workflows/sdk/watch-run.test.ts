import { expect, test } from 'vitest';
import { message } from '../../../src/define/message.ts';
import { stock } from '../../../src/define/watch.ts';
import type { WatchHost } from '../../../workflows/sdk/watch-host.ts';
import { WatchRun } from '../../../workflows/sdk/watch-run.ts';

test('a watch serves only what goes to the first channel, and says so before it asks anything', async () => {
  const progress = { done: [], serving: null, waves: 0 };
  const input = { runId: 'r', settings: {} } as unknown as ConstructorParameters<typeof WatchRun>[1];
  const run = new WatchRun({ wakes: {}, settings: {}, gathers: false, again: null }, input, {
    progress,
    host: {} as WatchHost,
  });
  const alert = message({ name: 'alert', purpose: 'help', channels: ['email', 'sms'], sendsTo: 'all' });
  await expect(run.serve(alert)).rejects.toThrow(
    "serve(): alert goes to all its channels, and a watch has one place for a customer: declare it with sendsTo: 'first'.",
  );
  expect(progress).toEqual({ done: [], serving: null, waves: 0 });
});

test('the first wave waits for what may join it, counted from the waking; without others it begins at once', async () => {
  const pauses: number[] = [];
  const host = {
    pauseUntil: async (target: number) => void pauses.push(target),
    ask: async () => ({ kind: 'none', soldOut: false }),
  } as unknown as WatchHost;
  const wake = { seq: 0, name: 'restocked', at: 1_000, units: 3 };
  const back = message<object>({ name: 'back', purpose: 'help', channels: ['email'] });
  const input = { runId: 'r', settings: {} } as unknown as ConstructorParameters<typeof WatchRun>[1];
  for (const within of ['30 minutes', null] as const) {
    const progress = { done: [{ step: 'until' as const, wake }], serving: null, waves: 0 };
    const wakes = { restocked: stock.rises(0) };
    const run = new WatchRun({ wakes, settings: {}, gathers: false, again: null, within }, input, {
      progress,
      host,
    });
    await run.until('restocked');
    await run.serve(back);
  }
  expect(pauses).toEqual([1_000 + 30 * 60_000, 0]);
});
