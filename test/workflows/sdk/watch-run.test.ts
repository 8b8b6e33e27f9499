import { expect, test } from 'vitest';
import { message } from '../../../src/define/message.ts';
import type { WatchHost } from '../../../workflows/sdk/watch-host.ts';
import { WatchRun } from '../../../workflows/sdk/watch-run.ts';

test('a watch serves only what goes to the first channel, and says so before it asks anything', async () => {
  const progress = { done: [], serving: null, waves: 0 };
  const input = { runId: 'r', settings: {} } as unknown as ConstructorParameters<typeof WatchRun>[1];
  const run = new WatchRun({ wakes: {}, settings: {}, gathers: false }, input, {
    progress,
    host: {} as WatchHost,
  });
  const alert = message({ name: 'alert', purpose: 'help', channels: ['email', 'sms'], sendsTo: 'all' });
  await expect(run.serve(alert)).rejects.toThrow(
    "serve(): alert goes to all its channels, and a watch has one place for a customer: declare it with sendsTo: 'first'.",
  );
  expect(progress).toEqual({ done: [], serving: null, waves: 0 });
});
